package dev.sluice.accelerators.capability;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.accelerators.catalogue.NumberFormat;
import dev.sluice.accelerators.cost.MemoryNeeds;
import dev.sluice.accelerators.cost.Workload;
import dev.sluice.jobs.network.NetworkPlan;
import dev.sluice.jobs.network.NetworkResult;
import dev.sluice.jobs.network.NetworkShapes;
import dev.sluice.schemas.wire.Adam;
import dev.sluice.schemas.wire.Affine;
import dev.sluice.schemas.wire.Constant;
import dev.sluice.schemas.wire.DatasetFacts;
import dev.sluice.schemas.wire.DatasetSpec;
import dev.sluice.schemas.wire.Dense;
import dev.sluice.schemas.wire.Epochs;
import dev.sluice.schemas.wire.InferenceSpec;
import dev.sluice.schemas.wire.LayerStack;
import dev.sluice.schemas.wire.NetworkFacts;
import dev.sluice.schemas.wire.Objective;
import dev.sluice.schemas.wire.Rows;
import dev.sluice.schemas.wire.Scaling;
import dev.sluice.schemas.wire.Target;
import dev.sluice.schemas.wire.TrainingPrepared;
import dev.sluice.schemas.wire.TrainingSpec;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Jobs need memory and time for the rows that there are, however large a batch they wish for. */
class JobNeedsTest {

  private static final long ROWS = 1_797;
  private static final int SHARDS = 4;

  private static final DatasetSpec DATASET =
      new DatasetSpec(
          "sha256:0",
          null,
          "y",
          List.of(),
          Target.CLASSIFICATION,
          0,
          null,
          1,
          Rows.ALL,
          Scaling.NONE,
          Scaling.NONE);

  private static final LayerStack STACK =
      new LayerStack(List.of(64), List.of(new Dense(32, true), new Dense(10, true)));

  private static NetworkFacts facts() {
    NetworkPlan plan =
        switch (NetworkShapes.infer(STACK, 64)) {
          case NetworkResult.Fits(NetworkPlan fitting) -> fitting;
          case NetworkResult.DoesNotFit(var causes) -> throw new AssertionError(causes);
        };
    var none = new Affine(List.of(), List.of());
    return new NetworkFacts(
        STACK,
        plan.input(),
        plan.outputs(),
        Objective.CROSS_ENTROPY,
        List.of(),
        List.of(),
        none,
        none,
        plan.tensors(),
        plan.parameters(),
        plan.floats());
  }

  private static Requirements inference(int batch, long rows) {
    return JobNeeds.of(
        new InferenceSpec("digits", "1", DATASET, batch, List.of()),
        new JobNeeds.Known(null, NumberFormat.FP32, facts(), rows));
  }

  private static Requirements training(int batch, long perEpoch, long steps) {
    var spec =
        new TrainingSpec(
            DATASET,
            STACK,
            Objective.CROSS_ENTROPY,
            new Adam(0.9, 0.999, 1e-8, 0),
            0.01,
            new Constant(),
            0,
            batch,
            SHARDS,
            new Epochs(2),
            9,
            "digits");
    var dataset = new DatasetFacts("sha256:0", ROWS, 0, ROWS);
    return JobNeeds.of(
        spec, JobNeeds.Known.of(new TrainingPrepared(dataset, facts(), perEpoch, steps)));
  }

  private static double bytes(Requirements needs) {
    return Objects.requireNonNull(needs.memory()).bytes();
  }

  @Test
  void aBatchOfAnswersHoldsNoMoreRowsThanThereAre() {
    var needs = inference(65_536, ROWS);

    assertThat(needs.batch()).isEqualTo(ROWS);
    assertThat(needs.batches()).isEqualTo(1);
    assertThat(needs.samples()).isEqualTo(ROWS);
    assertThat(bytes(needs))
        .isEqualTo(
            MemoryNeeds.forInference(Workload.of(facts()), NumberFormat.FP32, (int) ROWS).total());
  }

  @Test
  void theLastBatchMayBeFewerRows() {
    var needs = inference(1_000, ROWS);

    assertThat(needs.batches()).isEqualTo(2);
    assertThat(needs.samples()).isEqualTo(ROWS);
    assertThat(needs.workersMax()).isEqualTo(2);
  }

  @Test
  void rowsThatNobodyHasCountedNeedTheMemoryOfOne() {
    var needs = inference(65_536, 0);

    assertThat(needs.samples()).isZero();
    assertThat(bytes(needs))
        .isEqualTo(MemoryNeeds.forInference(Workload.of(facts()), NumberFormat.FP32, 1).total());
  }

  @Test
  void aStepOfTrainingHoldsNoMoreRowsThanThereAre() {
    var needs = training(65_536, 1, 2);

    assertThat(needs.batch()).isEqualTo(ROWS);
    assertThat(needs.batches()).isEqualTo(2);
    assertThat(needs.samples()).isEqualTo(2 * ROWS);
    assertThat(bytes(needs))
        .isEqualTo(
            MemoryNeeds.forTraining(Workload.of(facts()), NumberFormat.FP32, 2, 450).total());
  }

  @Test
  void theLastStepOfAnEpochMayBeFewerRows() {
    assertThat(training(1_000, 2, 4).samples()).isEqualTo(2 * ROWS);
    assertThat(training(1_000, 2, 5).samples()).isEqualTo(2 * ROWS + 1_000);
  }
}
