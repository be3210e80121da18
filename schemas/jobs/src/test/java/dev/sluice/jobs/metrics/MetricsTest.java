package dev.sluice.jobs.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sluice.schemas.wire.Measured;
import dev.sluice.schemas.wire.Metric;
import dev.sluice.schemas.wire.RowFaults;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class MetricsTest {

  private static double value(List<Metric> metrics, String name) {
    return metrics.stream()
        .filter(metric -> metric.name().equals(name))
        .mapToDouble(Metric::value)
        .findFirst()
        .orElseThrow();
  }

  private static List<String> names(List<Metric> metrics) {
    return metrics.stream().map(Metric::name).toList();
  }

  /** Of numbers, each answered one too high. */
  private static Measured ofLabels(double... labels) {
    double mean = Arrays.stream(labels).average().orElse(0);
    double spread = Arrays.stream(labels).map(y -> (y - mean) * (y - mean)).sum();
    return new Measured(labels.length, 0, mean, spread, List.of(), List.of(), List.of());
  }

  @Test
  void meansOverClassesAreThoseOfScikitLearn() {
    // f1_score([0, 1, 2, 0, 1, 2], [0, 2, 1, 0, 0, 1], average="macro") and its like.
    var measured =
        new Measured(6, 3, 0, 0, List.of(2L, 2L, 2L), List.of(3L, 2L, 1L), List.of(2L, 0L, 0L));
    var metrics = Metrics.ofClasses(6, 2, measured, RowFaults.NONE);
    assertThat(names(metrics))
        .containsExactly("rows", "accuracy", "loss", "macroPrecision", "macroRecall", "macroF1");
    assertThat(value(metrics, "accuracy")).isEqualTo(2 / 6.0);
    assertThat(value(metrics, "loss")).isEqualTo(0.5);
    assertThat(value(metrics, "macroPrecision")).isCloseTo(2 / 9.0, within(1e-12));
    assertThat(value(metrics, "macroRecall")).isCloseTo(1 / 3.0, within(1e-12));
    assertThat(value(metrics, "macroF1")).isCloseTo(0.8 / 3, within(1e-12));
  }

  @Test
  void aClassThatNeitherLabelsNorAnswersNameCountsInNoMean() {
    var measured = new Measured(1, 0, 0, 0, List.of(1L, 0L), List.of(1L, 0L), List.of(1L, 0L));
    assertThat(value(Metrics.ofClasses(1, 1, measured, RowFaults.NONE), "macroRecall"))
        .isEqualTo(1);
  }

  @Test
  void numbersAreMeasuredInTheLabelsUnit() {
    var metrics = Metrics.ofNumbers(4, 4, 4, ofLabels(1, 2, 3, 4), RowFaults.NONE);
    assertThat(names(metrics)).containsExactly("rows", "rmse", "mae", "r2");
    assertThat(value(metrics, "rmse")).isEqualTo(1);
    assertThat(value(metrics, "mae")).isEqualTo(1);
    assertThat(value(metrics, "r2")).isCloseTo(1 - 4 / 5.0, within(1e-12));
  }

  @Test
  void equalLabelsHaveNoR2AndWhatIsNotFiniteIsLeftOut() {
    assertThat(names(Metrics.ofNumbers(2, 0, 0, ofLabels(7, 7), RowFaults.NONE)))
        .containsExactly("rows", "rmse", "mae");
    assertThat(
            names(
                Metrics.ofNumbers(
                    2, Double.NaN, Double.POSITIVE_INFINITY, ofLabels(1, 2), RowFaults.NONE)))
        .containsExactly("rows");
  }

  @Test
  void whereNoRowHasALabelThereAreNoMetrics() {
    assertThat(Metrics.ofNumbers(0, 0, 0, Measured.NOTHING, RowFaults.NONE)).isEmpty();
    assertThat(Metrics.ofClasses(0, 0, Measured.NOTHING, RowFaults.NONE)).isEmpty();
  }

  @Test
  void faultyRowsAreSaidBeside() {
    assertThat(names(Metrics.ofNumbers(0, 0, 0, Measured.NOTHING, new RowFaults(1, 2, 3))))
        .containsExactly("unknownLabels", "rowsUnanswered", "firstRowUnanswered");
  }

  @Test
  void partsAreTogetherWhatTheWholeIsAlsoFarFromZero() {
    var sum = ofLabels(1e9 + 1, 1e9 + 4).plus(ofLabels(1e9 + 2));
    assertThat(sum.judged()).isEqualTo(3);
    assertThat(sum.labelMean()).isCloseTo(1e9 + 7 / 3.0, within(1e-6));
    assertThat(sum.labelSpread()).isCloseTo(14 / 3.0, within(1e-6));
  }

  @Test
  void partsThatCountedNoRowsChangeNothing() {
    var some = ofLabels(1, 2);
    assertThat(some.plus(Measured.NOTHING)).isEqualTo(some);
    assertThat(Measured.NOTHING.plus(some)).isEqualTo(some);
  }

  @Test
  void whatAnEarlierReleaseAnsweredLeavesTheRestUnknown() {
    assertThat(names(Metrics.ofNumbers(3, 1, 1, ofLabels(1, 2), RowFaults.NONE)))
        .containsExactly("rows", "rmse", "mae");
    assertThat(names(Metrics.ofClasses(4, 2, Measured.NOTHING, RowFaults.NONE)))
        .containsExactly("rows", "accuracy");
  }

  @Test
  void countsThatContradictEachOtherAreOfNoClasses() {
    var broken = new Measured(1, 0, 0, 0, List.of(1L, 2L), List.of(1L), List.of());
    assertThat(names(Metrics.ofClasses(1, 1, broken, RowFaults.NONE)))
        .containsExactly("rows", "accuracy", "loss");
  }
}
