package dev.sluice.jobs.metrics;

import dev.sluice.schemas.wire.Measured;
import dev.sluice.schemas.wire.Metric;
import dev.sluice.schemas.wire.RowFaults;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Metrics from sums, the same for a trained model and for answers to other rows.
 *
 * <p>Classes: rows, accuracy, loss (mean), and macroPrecision, macroRecall and macroF1, the means
 * over all classes that labels or answers name; what is 0 of 0 counts as 0, as in scikit-learn. A
 * row whose label is no class of the model, or that got no answer, counts as answered wrong and has
 * no loss. Numbers, in the label's own unit: rows, rmse, mae, r2, of rows with label and answer.
 * The numbers of such rows are given beside the metrics. A metric that isn't finite is left out.
 */
public final class Metrics {

  private static final String ROWS = "rows";
  private static final String UNKNOWN_LABELS = "unknownLabels";
  private static final String UNANSWERED = "rowsUnanswered";
  private static final String FIRST_UNANSWERED = "firstRowUnanswered";

  /** Names of metrics that say what was measured, and not how good the model is. */
  public static final Set<String> COUNTS =
      Set.of(ROWS, UNKNOWN_LABELS, UNANSWERED, FIRST_UNANSWERED);

  private final List<Metric> metrics = new ArrayList<>();

  private Metrics() {}

  /**
   * Of answers that are classes.
   *
   * @param rows rows with a label
   * @param correct of these, right
   * @param measured further sums
   */
  public static List<Metric> ofClasses(
      long rows, long correct, Measured measured, RowFaults faults) {
    var made = new Metrics();
    if (rows > 0) {
      made.add(ROWS, (double) rows);
      made.add("accuracy", (double) correct / rows);
      made.add("loss", measured.loss() / measured.judged());
      made.addMeans(measured);
    }
    return made.with(faults);
  }

  /**
   * Of answers that are numbers.
   *
   * @param rows rows with a label and an answer
   * @param squaredError sum of squared errors
   * @param absoluteError sum of absolute errors
   * @param measured further sums
   */
  public static List<Metric> ofNumbers(
      long rows, double squaredError, double absoluteError, Measured measured, RowFaults faults) {
    var made = new Metrics();
    if (rows > 0) {
      made.add(ROWS, (double) rows);
      made.add("rmse", Math.sqrt(squaredError / rows));
      made.add("mae", absoluteError / rows);
    }
    // Where an earlier release has answered some rows, less is known of them.
    if (rows > 0 && measured.judged() == rows && measured.labelSpread() > 0) {
      made.add("r2", 1 - squaredError / measured.labelSpread());
    }
    return made.with(faults);
  }

  private void addMeans(Measured measured) {
    double precision = 0;
    double recall = 0;
    double f1 = 0;
    int classes = 0;
    int counted = measured.classes();
    for (int i = 0; i < counted; i++) {
      var one = ClassQuality.of(measured, i);
      if (one.occurs()) {
        classes++;
        precision += one.precision();
        recall += one.recall();
        f1 += one.f1();
      }
    }
    if (classes > 0) {
      add("macroPrecision", precision / classes);
      add("macroRecall", recall / classes);
      add("macroF1", f1 / classes);
    }
  }

  private List<Metric> with(RowFaults faults) {
    if (faults.unknownLabels() > 0) {
      add(UNKNOWN_LABELS, (double) faults.unknownLabels());
    }
    if (faults.unanswered() > 0) {
      add(UNANSWERED, (double) faults.unanswered());
      add(FIRST_UNANSWERED, (double) faults.firstUnanswered());
    }
    return metrics;
  }

  private void add(String name, double value) {
    if (Double.isFinite(value)) {
      metrics.add(new Metric(name, value));
    }
  }
}
