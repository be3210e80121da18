package dev.sluice.worker.tasks;

import dev.sluice.schemas.dataset.RowSet;
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
import java.util.function.DoubleUnaryOperator;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/**
 * Measures a trained network on rows it was not trained on.
 *
 * <p>Classification: accuracy, and loss. Regression, in the label's own unit: rmse, mae and r2.
 * Rows without a label, or with one that the model does not know, are left out.
 */
final class Evaluation {

  /** Name of the metric that says how many rows were measured. */
  static final String ROWS = "rows";

  private static final int ROWS_AT_ONCE = 256;

  private final NetworkFacts facts;
  private final Answer answer;
  private final double shift;
  private final double scale;
  private long rows;
  private long correct;
  private double loss;
  private double squared;
  private double absolute;
  private double sum;
  private double sumOfSquares;

  Evaluation(NetworkFacts facts) {
    this.facts = facts;
    this.answer = new Answer(facts);
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
    try (Batch batch = Batch.of(facts)) {
      int[] known = IntStream.range(0, from.size()).filter(from::labelled).toArray();
      for (int at = 0; at < known.length; at += ROWS_AT_ONCE) {
        int[] some = Arrays.copyOfRange(known, at, Math.min(known.length, at + ROWS_AT_ONCE));
        answering.answer(batch, some);
        for (int i = 0; i < some.length; i++) {
          int row = i;
          count(from, some[i], output -> batch.score(row, output), inItsUnit);
        }
      }
    }
    return metrics();
  }

  private void count(
      RowSet from, int row, IntToDoubleFunction values, DoubleUnaryOperator inItsUnit) {
    rows++;
    if (answer.isClass()) {
      int label = from.classId(row);
      correct += answer.classId(values) == label ? 1 : 0;
      loss += Losses.ofClass(facts.objective(), values, facts.outputs(), label);
      return;
    }
    double target = from.rawTarget(row);
    double error = inItsUnit.applyAsDouble(values.applyAsDouble(0)) - target;
    squared += error * error;
    absolute += Math.abs(error);
    sum += target;
    sumOfSquares += target * target;
  }

  private List<Metric> metrics() {
    var metrics = new ArrayList<Metric>();
    if (rows == 0) {
      return metrics;
    }
    metrics.add(new Metric(ROWS, rows));
    if (answer.isClass()) {
      metrics.add(new Metric("accuracy", (double) correct / rows));
      metrics.add(new Metric("loss", loss / rows));
      return metrics;
    }
    metrics.add(new Metric("rmse", Math.sqrt(squared / rows)));
    metrics.add(new Metric("mae", absolute / rows));
    double spread = sumOfSquares - sum * sum / rows;
    if (spread > 0) {
      metrics.add(new Metric("r2", 1 - squared / spread));
    }
    return metrics;
  }
}
