package dev.sluice.coordinator.fold;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.fold.FoldOutput;
import dev.sluice.schemas.codec.Vectors;
import dev.sluice.schemas.wire.Constant;
import dev.sluice.schemas.wire.Contribution;
import dev.sluice.schemas.wire.EarlyStopping;
import dev.sluice.schemas.wire.FoldProgressed;
import dev.sluice.schemas.wire.FoldStarted;
import dev.sluice.schemas.wire.GradientEntry;
import dev.sluice.schemas.wire.GradientRecord;
import dev.sluice.schemas.wire.Sgd;
import dev.sluice.schemas.wire.ValidationMetric;
import dev.sluice.schemas.wire.ValidationPlan;
import dev.sluice.schemas.wire.ValidationSums;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Epochs of two steps, three of them, two shards, and one parameter that falls by 1 a step. */
class HeldOutRowsTest {

  private static final String JOB = "j";
  private static final int STEPS = 6;

  private PartitionFold fold = new PartitionFold(0, 1, 1 << 20);
  private final Map<Long, Float> values = new TreeMap<>();
  private final Map<Long, Boolean> last = new HashMap<>();
  private final List<FoldProgressed> told = new ArrayList<>();
  private final List<FoldOutput> others = new ArrayList<>();

  @Test
  void theStepAfterTheLastOnlyMeasures() {
    start(null);
    trainTo(STEPS + 1, 3, 2, 1);
    assertThat(values.get(7L)).isEqualTo(values.get(6L));
    assertThat(last).containsEntry(7L, true).containsEntry(6L, false);
    assertThat(told.getLast().samples()).isEqualTo(STEPS * 2);
    assertThat(told.getLast().keptStep()).isEqualTo(STEPS);
    assertThat(measured()).containsExactly("2: 3.0", "4: 2.0", "6: 1.0");
  }

  @Test
  void trainingEndsWithTheBestParametersWhenItsPatienceIsOver() {
    start(new EarlyStopping(1, ValidationMetric.LOSS, 0));
    trainTo(5, 1, 2);
    assertThat(values.get(5L)).isEqualTo(values.get(2L)).isNotEqualTo(values.get(4L));
    assertThat(last).containsEntry(5L, true);
    assertThat(told.getLast().keptStep()).isEqualTo(2);
    assertThat(told.getLast().bestStep()).isEqualTo(2);

    int published = values.size();
    give(contribution(5, 0, 2, null));
    assertThat(values).hasSize(published);
    assertThat(others).isEmpty();
  }

  @Test
  void theBestParametersAreKeptWhereTrainingComesToItsEnd() {
    start(new EarlyStopping(5, ValidationMetric.LOSS, 0));
    trainTo(STEPS + 1, 2, 1, 3);
    assertThat(values.get(7L)).isEqualTo(values.get(4L));
    assertThat(told.getLast().keptStep()).isEqualTo(4);
  }

  @Test
  void aGainIsMoreThanTheLeastDifference() {
    start(new EarlyStopping(1, ValidationMetric.LOSS, 0.5));
    trainTo(5, 2, 1.75);
    assertThat(told.getLast().keptStep()).isEqualTo(2);
  }

  @Test
  void ofAccuracyMoreIsBetter() {
    start(new EarlyStopping(1, ValidationMetric.ACCURACY, 0));
    trainTo(STEPS + 1, 3, 2, 1); // of two rows one more is right with each loss less
    assertThat(told.getLast().keptStep()).isEqualTo(6);
  }

  @Test
  void whatIsNotFiniteIsNoGainAndNoEndOfTheJob() {
    start(new EarlyStopping(2, ValidationMetric.LOSS, 0));
    trainTo(STEPS + 1, Double.NaN, 1, Double.POSITIVE_INFINITY);
    assertThat(told.getLast().keptStep()).isEqualTo(4);
    assertThat(others).isEmpty();
  }

  @Test
  void whereNothingIsMeasuredTheLastParametersAreKept() {
    start(new EarlyStopping(1, ValidationMetric.LOSS, 0));
    trainTo(3, Double.NaN);
    assertThat(told.getLast().keptStep()).isEqualTo(2);
    assertThat(values.get(3L)).isEqualTo(values.get(2L));
  }

  @Test
  void aRestoredFoldDecidesTheSame() {
    for (int at = 0; at <= 9; at++) {
      fold = new PartitionFold(0, 1, 1 << 20);
      start(new EarlyStopping(1, ValidationMetric.LOSS, 0));
      var log = new ArrayList<Contribution>();
      for (int step = 0; step < 5; step++) {
        var sums = step == 2 ? sums(1) : step == 4 ? sums(2) : null;
        log.add(contribution(step, 0, 1, sums));
        log.add(contribution(step, 1, 1, sums));
      }
      for (int i = 0; i < log.size(); i++) {
        if (i == at) {
          var restored = new PartitionFold(0, 1, 1 << 20);
          var snapshots = fold.snapshotAll();
          assertThat(snapshots).allMatch(snapshot -> snapshot.objection() == null);
          snapshots.forEach(restored::restore);
          fold = restored;
        }
        give(log.get(i));
      }
      assertThat(values.get(5L)).as("restored at %d", at).isEqualTo(values.get(2L));
      assertThat(last).as("restored at %d", at).containsEntry(5L, true);
    }
  }

  @Test
  void anEndedBlockIsTheLastOneWhoeverAsks() {
    start(new EarlyStopping(1, ValidationMetric.LOSS, 0));
    trainTo(5, 1, 2);
    var restored = new PartitionFold(0, 1, 1 << 20);
    fold.snapshotAll().forEach(restored::restore);
    last.clear();
    restored.republishAll(this::take);
    assertThat(last).containsOnly(Map.entry(4L, false), Map.entry(5L, true));
  }

  @Test
  void aContributionThatShouldMeasureAndDoesNotIsNone() {
    start(null);
    trainTo(2);
    give(contribution(2, 0, 2, null));
    assertThat(others).singleElement().isInstanceOf(FoldOutput.Rejected.class);
    give(contribution(2, 0, 2, sums(1)));
    assertThat(values).containsKey(3L);
  }

  @Test
  void aPlanThatWouldNeverMeasureIsRefused() {
    give(plan("other", new ValidationPlan(0, null)));
    give(plan("other", new ValidationPlan(1, new EarlyStopping(0, ValidationMetric.LOSS, 0))));
    assertThat(others)
        .hasSize(2)
        .allSatisfy(
            output ->
                assertThat(output)
                    .asInstanceOf(InstanceOfAssertFactories.type(FoldOutput.Rejected.class))
                    .satisfies(
                        rejected -> assertThat(rejected.cause().why()).contains("Held-out")));
  }

  private List<String> measured() {
    return told.stream()
        .filter(report -> report.validation() != null)
        .map(report -> report.generation() - 1 + ": " + loss(report.validation()))
        .toList();
  }

  private static double loss(@Nullable ValidationSums sums) {
    return sums == null ? Double.NaN : sums.value(ValidationMetric.LOSS);
  }

  /** Trains to a generation; the losses are those of the first, second, ... measurement. */
  private void trainTo(long generation, double... losses) {
    for (int step = 0; step < generation; step++) {
      boolean measures = step > 0 && step % 2 == 0;
      var sums = measures ? sums(losses[step / 2 - 1]) : null;
      give(contribution(step, 0, 1, sums));
      give(contribution(step, 1, 1, sums));
    }
  }

  private static ValidationSums sums(double loss) {
    return new ValidationSums(2, 1, loss < 2 ? 2 : loss < 3 ? 1 : 0, loss, 0);
  }

  private void start(@Nullable EarlyStopping stopping) {
    give(plan(JOB, new ValidationPlan(2, stopping)));
    give(contribution(-1, 0, 1, null));
  }

  private static GradientRecord plan(String job, ValidationPlan validation) {
    return new GradientRecord(
        job,
        new FoldStarted(
            1,
            1,
            4,
            2,
            new Sgd(0, false, 0),
            1,
            new Constant(),
            0,
            2,
            STEPS,
            "e",
            1,
            validation,
            false));
  }

  private void give(GradientEntry entry) {
    give(new GradientRecord(JOB, entry));
  }

  private void give(GradientRecord record) {
    fold.apply(record, this::take);
  }

  private void take(FoldOutput output) {
    switch (output) {
      case FoldOutput.Generation generation -> {
        values.put(generation.number(), generation.values()[0]);
        last.put(generation.number(), generation.last());
      }
      case FoldOutput.Progress(var report, _) -> told.add(report);
      default -> others.add(output);
    }
  }

  private static Contribution contribution(
      long step, int from, int shards, @Nullable ValidationSums sums) {
    long samples = step < 0 || step >= STEPS ? 0 : shards;
    var payload = Vectors.bytes(new float[] {samples});
    return new Contribution(
        0, step, from, shards, samples, 1, true, "e", Vectors.crc32c(payload), payload, sums);
  }
}
