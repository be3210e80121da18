package dev.sluice.worker.tasks;

import dev.sluice.schemas.dataset.RowSet;
import dev.sluice.schemas.wire.Affine;
import dev.sluice.schemas.wire.Metric;
import dev.sluice.schemas.wire.NetworkFacts;
import dev.sluice.schemas.wire.RowFaults;
import dev.sluice.worker.engine.EngineException;
import dev.sluice.worker.engine.InferenceSession;
import dev.sluice.worker.engine.TrainingProgram;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.DoubleUnaryOperator;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/**
 * Measures a trained network on rows it was not trained on.
 *
 * <p>Classification: accuracy, and loss. Regression, in the label's own unit: rmse, mae and r2.
 * Rows without a label are left out. A row whose label no class has, or whose scores are not
 * finite, is one more that accuracy counts as wrong; it has no loss or error. How many rows of each
 * kind there are is said beside.
 */
final class Evaluation {

  /** Name of the metric that says how many rows were measured. */
  private static final String ROWS = "rows";

  private static final String UNKNOWN_LABELS = "unknownLabels";
  private static final String NOT_FINITE = "rowsNotFinite";
  private static final String FIRST_NOT_FINITE = "firstRowNotFinite";

  /** Names of metrics that say what was measured, and not how good the model is. */
  static final Set<String> COUNTS = Set.of(ROWS, UNKNOWN_LABELS, NOT_FINITE, FIRST_NOT_FINITE);

  private static final int ROWS_AT_ONCE = 256;

  private final NetworkFacts facts;
  private final Answer answer;
  private final double shift;
  private final double scale;
  private long rows;
  private long correct;
  private RowFaults faults = RowFaults.NONE;
  private long losses;
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
      int[] labelled = IntStream.range(0, from.size()).filter(from::labelled).toArray();
      for (int at = 0; at < labelled.length; at += ROWS_AT_ONCE) {
        int[] some = Arrays.copyOfRange(labelled, at, Math.min(labelled.length, at + ROWS_AT_ONCE));
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
    boolean answered = from.inRange(row) && answer.finite(values);
    boolean known = from.labelKnown(row);
    faults = answered ? faults : faults.withNotFinite(from.fileRow(row));
    faults = known ? faults : faults.withUnknownLabel();
    if (answer.isClass()) {
      rows++;
    }
    if (!answered || !known) {
      return;
    }
    if (answer.isClass()) {
      int label = from.classId(row);
      correct += answer.classId(values) == label ? 1 : 0;
      losses++;
      loss += Losses.ofClass(facts.objective(), values, facts.outputs(), label);
      return;
    }
    rows++;
    double target = from.rawTarget(row);
    double error = inItsUnit.applyAsDouble(values.applyAsDouble(0)) - target;
    squared += error * error;
    absolute += Math.abs(error);
    sum += target;
    sumOfSquares += target * target;
  }

  private List<Metric> metrics() {
    var metrics = new ArrayList<Metric>();
    if (rows > 0) {
      metrics.add(new Metric(ROWS, rows));
      if (answer.isClass()) {
        addClassification(metrics);
      } else {
        addRegression(metrics);
      }
    }
    if (faults.unknownLabels() > 0) {
      metrics.add(new Metric(UNKNOWN_LABELS, faults.unknownLabels()));
    }
    if (faults.notFinite() > 0) {
      metrics.add(new Metric(NOT_FINITE, faults.notFinite()));
      metrics.add(new Metric(FIRST_NOT_FINITE, faults.firstNotFinite()));
    }
    return metrics;
  }

  private void addClassification(List<Metric> metrics) {
    metrics.add(new Metric("accuracy", (double) correct / rows));
    if (losses > 0) {
      metrics.add(new Metric("loss", loss / losses));
    }
  }

  private void addRegression(List<Metric> metrics) {
    metrics.add(new Metric("rmse", Math.sqrt(squared / rows)));
    metrics.add(new Metric("mae", absolute / rows));
    double spread = sumOfSquares - sum * sum / rows;
    if (spread > 0 && Double.isFinite(squared / spread)) {
      metrics.add(new Metric("r2", 1 - squared / spread));
    }
  }
}
