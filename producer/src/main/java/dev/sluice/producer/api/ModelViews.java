package dev.sluice.producer.api;

import dev.sluice.producer.spec.ApiWords;
import dev.sluice.producer.view.Model;
import dev.sluice.schemas.wire.ModelVersion;

/** From the ledger's models to what the API shows of them. */
public final class ModelViews {

  private ModelViews() {}

  /** The view of a model. */
  public static ModelView of(Model model) {
    var versions = model.versions();
    return new ModelView(
        model.name(),
        versions.isEmpty() ? 0 : versions.getLast().version(),
        model.aliases(),
        versions.stream().map(ModelViews::version).toList());
  }

  /** The view of a version. */
  public static ModelVersionView version(ModelVersion model) {
    return new ModelVersionView(
        model.name(),
        model.version(),
        model.jobId(),
        model.sha256(),
        ApiWords.of(model.network().objective()),
        model.network().parameters(),
        model.network().outputs(),
        model.network().classes(),
        model.network().features(),
        JobViews.metrics(model.metrics()),
        model.files().stream()
            .map(
                file -> new ModelVersionView.FileView(file.format(), file.artifact(), file.bytes()))
            .toList(),
        model.dataset(),
        model.engine(),
        model.registeredMs(),
        model.format(),
        model.parent().isEmpty() ? null : model.parent());
  }
}
