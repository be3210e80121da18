package dev.sluice.worker.tasks;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.sluice.jobs.metrics.ClassQuality;
import dev.sluice.schemas.wire.Measured;
import dev.sluice.schemas.wire.NetworkFacts;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is measured of single classes, as JSON: {@code classes}, each with rows, precision, recall,
 * f1 and, where it is known, auc; and {@code confusion}, rows by label (outer) and answer (inner).
 */
final class EvaluationFile {

  private static final JsonMapper JSON = JsonMapper.builder().build();

  private EvaluationFile() {}

  private record OfClass(
      String name, long rows, double precision, double recall, double f1, @Nullable Double auc) {}

  @SuppressWarnings("ArrayRecordComponent") // written at once
  private record Contents(long rows, List<OfClass> classes, long[][] confusion) {}

  static byte[] write(NetworkFacts facts, Measuring measuring, RankQuality ranks) {
    var measured = measuring.measured();
    var classes = new ArrayList<OfClass>();
    for (int id = 0; id < measured.classes(); id++) {
      classes.add(ofClass(facts, measured, ranks, id));
    }
    try {
      return JSON.writeValueAsBytes(
          new Contents(measuring.labelled(), classes, measuring.confusion()));
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException("texts and numbers can be written", impossible);
    }
  }

  private static OfClass ofClass(NetworkFacts facts, Measured measured, RankQuality ranks, int id) {
    var quality = ClassQuality.of(measured, id);
    var area = ranks.ofClass(id);
    return new OfClass(
        facts.classes().get(id),
        quality.rows(),
        quality.precision(),
        quality.recall(),
        quality.f1(),
        area.isPresent() ? area.getAsDouble() : null);
  }
}
