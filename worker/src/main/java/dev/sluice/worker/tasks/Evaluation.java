package dev.sluice.worker.tasks;

import dev.sluice.jobs.dataset.RowSet;
import dev.sluice.jobs.metrics.Metrics;
import dev.sluice.schemas.wire.Affine;
import dev.sluice.schemas.wire.Metric;
import dev.sluice.schemas.wire.NetworkFacts;
import dev.sluice.worker.engine.EngineException;
import dev.sluice.worker.engine.InferenceSession;
import dev.sluice.worker.engine.TrainingProgram;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Measures a network on rows, usually such as it was not trained on: {@link Metrics}, and auc, the
 * area under the ROC curve ({@link RankQuality}). Rows without a label are left out.
 */
final class Evaluation {

  private static final int ROWS_AT_ONCE = 256;

  private final NetworkFacts facts;
  private final Measuring measuring;
  private final double shift;
  private final double scale;
  private @Nullable RankQuality ranks;

  Evaluation(NetworkFacts facts) {
    this.facts = facts;
    this.measuring = new Measuring(facts);
    Affine target = facts.targetScale();
    this.shift = target.shift().isEmpty() ? 0 : target.shift().getFirst();
    this.scale = target.scale().isEmpty() ? 1 : target.scale().getFirst();
  }

  /** Measures parameters on all rows of a set. */
  List<Metric> measure(TrainingProgram program, MemorySegment flat, RowSet from)
      throws EngineException {
    return measure(
        from,
        (batch, rows) -> {
          batch.takeScaled(from, rows);
          program.predict(flat, batch.features(), rows.length, batch.scores());
        },
        output -> output * scale + shift);
  }

  /** Measures a model on all rows of a set. */
  List<Metric> measure(InferenceSession session, RowSet from) throws EngineException {
    return measure(
        from,
        (batch, rows) -> {
          batch.takeRaw(from, rows);
          session.predict(batch.features(), rows.length, batch.scores());
        },
        output -> output);
  }

  /** Fills a batch with some rows and with what is said of them. */
  private interface Answering {
    void answer(Batch batch, int[] rows) throws EngineException;
  }

  private List<Metric> measure(RowSet from, Answering answering, DoubleUnaryOperator inItsUnit)
      throws EngineException {
    int[] labelled = IntStream.range(0, from.size()).filter(from::labelled).toArray();
    var classes = facts.classes().isEmpty() ? null : new RankQuality(facts, labelled.length);
    double[] values = new double[facts.outputs()];
    try (Batch batch = Batch.of(facts)) {
      for (int at = 0; at < labelled.length; at += ROWS_AT_ONCE) {
        int[] some = Arrays.copyOfRange(labelled, at, Math.min(labelled.length, at + ROWS_AT_ONCE));
        answering.answer(batch, some);
        for (int i = 0; i < some.length; i++) {
          batch.copyScores(i, values);
          Arrays.setAll(values, output -> inItsUnit.applyAsDouble(values[output]));
          measuring.take(from, some[i], values);
          if (classes != null && measuring.judges(from, some[i], values)) {
            classes.take(from.classId(some[i]), values);
          }
        }
      }
    }
    ranks = classes;
    var metrics = new ArrayList<>(measuring.metrics());
    if (classes != null) {
      classes.mean().ifPresent(auc -> metrics.add(new Metric("auc", auc)));
    }
    return metrics;
  }

  /** What was measured of single classes; nothing for a regression, and for too many classes. */
  Optional<byte[]> file() {
    return ranks == null || measuring.labelled() == 0 || measuring.confusion().length == 0
        ? Optional.empty()
        : Optional.of(EvaluationFile.write(facts, measuring, ranks));
  }
}
