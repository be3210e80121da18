package dev.sluice.worker.tasks;

import dev.sluice.jobs.dataset.RowSet;
import dev.sluice.jobs.metrics.Metrics;
import dev.sluice.schemas.wire.Measured;
import dev.sluice.schemas.wire.Metric;
import dev.sluice.schemas.wire.NetworkFacts;
import dev.sluice.schemas.wire.RowFaults;
import java.util.List;
import java.util.stream.LongStream;

/**
 * Sums over answers to rows. A row whose label no class has, or that got no answer, counts as
 * answered wrong.
 */
final class Measuring {

  private final NetworkFacts facts;
  private final Answer answer;

  /** Rows by label and answer; no classes where there are too many to count, or none. */
  private final long[][] confusion;

  private final long[] actual;
  private final long[] predicted;
  private RowFaults faults = RowFaults.NONE;
  private long labelled;
  private long judged;
  private long correct;
  private double loss;
  private double squared;
  private double absolute;
  private double mean;
  private double spread;

  Measuring(NetworkFacts facts) {
    this.facts = facts;
    this.answer = new Answer(facts);
    int classes = answer.isClass() ? facts.classes().size() : 0;
    int counted = classes <= Measured.CLASSES_MAX ? classes : 0;
    this.confusion = new long[counted][counted];
    this.actual = new long[counted];
    this.predicted = new long[counted];
  }

  /** Whether a row has an answer, and a label that it can be held against. */
  boolean judges(RowSet from, int row, double[] values) {
    return answered(from, row, values) && from.labelled(row) && from.labelKnown(row);
  }

  private boolean answered(RowSet from, int row, double[] values) {
    return from.usable(row) && answer.finite(values);
  }

  /**
   * Counts an answer.
   *
   * @param values the network's values; of a regression in the label's own unit
   */
  void take(RowSet from, int row, double[] values) {
    boolean answered = answered(from, row, values);
    int said = answered && answer.isClass() ? answer.classId(values) : RowSet.UNKNOWN;
    take(from, row, values, answered, said);
  }

  /**
   * Counts an answer that was looked at.
   *
   * @param answered whether there is one
   * @param said the class that it names; {@link RowSet#UNKNOWN} where it names none
   */
  void take(RowSet from, int row, double[] values, boolean answered, int said) {
    if (!answered) {
      faults = faults.withUnanswered(from.fileRow(row));
    }
    if (!from.labelled(row)) {
      return;
    }
    if (!from.labelKnown(row)) {
      faults = faults.withUnknownLabel();
    }
    if (answer.isClass()) {
      takeClass(from.classId(row), said, values);
    } else if (answered && from.labelKnown(row)) {
      takeNumber(from.rawTarget(row), values[0]);
    }
  }

  private void takeClass(int label, int said, double[] values) {
    labelled++;
    count(actual, label);
    count(predicted, said);
    if (label == RowSet.UNKNOWN || said == RowSet.UNKNOWN) {
      return;
    }
    judged++;
    correct += said == label ? 1 : 0;
    loss += Losses.ofClass(facts.objective(), values, label);
    if (Math.max(label, said) < confusion.length) {
      confusion[label][said]++;
    }
  }

  private static void count(long[] rows, int id) {
    if (id != RowSet.UNKNOWN && id < rows.length) {
      rows[id]++;
    }
  }

  private void takeNumber(double label, double value) {
    labelled++;
    judged++;
    double error = value - label;
    squared += error * error;
    absolute += Math.abs(error);
    // Welford's algorithm.
    double distance = label - mean;
    mean += distance / judged;
    spread += distance * (label - mean);
  }

  /** Rows with a label; of a regression, with an answer too. */
  long labelled() {
    return labelled;
  }

  long correct() {
    return correct;
  }

  double squaredError() {
    return squared;
  }

  double absoluteError() {
    return absolute;
  }

  RowFaults faults() {
    return faults;
  }

  /** Rows by label and, within, by answer; empty where classes aren't counted. */
  long[][] confusion() {
    return confusion;
  }

  /** The further sums. */
  Measured measured() {
    var right = LongStream.range(0, confusion.length).map(i -> confusion[(int) i][(int) i]);
    return new Measured(
        judged, loss, mean, spread, list(actual), list(predicted), right.boxed().toList());
  }

  private static List<Long> list(long[] counts) {
    return LongStream.of(counts).boxed().toList();
  }

  /** What comes of it all. */
  List<Metric> metrics() {
    return answer.isClass()
        ? Metrics.ofClasses(labelled, correct, measured(), faults)
        : Metrics.ofNumbers(labelled, squared, absolute, measured(), faults);
  }
}
