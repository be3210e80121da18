package dev.sluice.chaos;

import dev.sluice.producer.api.ModelVersionView;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Versions of models: 1, 2, 3, ..., one for each job that registered one. */
record Versions(Producers producers) {

  List<String> check() throws Producers.Unavailable, InterruptedException {
    var violations = new ArrayList<String>();
    for (var model : producers.call(client -> client.models())) {
      var numbers = model.versions().stream().map(ModelVersionView::version).sorted().toList();
      for (int i = 0; i < numbers.size(); i++) {
        if (numbers.get(i) != i + 1) {
          violations.add("model %s has versions %s".formatted(model.name(), numbers));
          break;
        }
      }
      long jobs = model.versions().stream().map(ModelVersionView::jobId).distinct().count();
      if (jobs != numbers.size()) {
        violations.add(
            String.format(
                Locale.ROOT,
                "model %s has %d versions of %d jobs",
                model.name(),
                numbers.size(),
                jobs));
      }
    }
    return violations;
  }
}
