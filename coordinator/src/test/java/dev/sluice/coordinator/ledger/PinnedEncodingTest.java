package dev.sluice.coordinator.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.accelerators.catalogue.Catalogue;
import dev.sluice.coordinator.placement.Admission;
import dev.sluice.schemas.wire.Aim;
import dev.sluice.schemas.wire.ClassWeights;
import dev.sluice.schemas.wire.FoldStarted;
import dev.sluice.schemas.wire.JobEvent;
import dev.sluice.schemas.wire.Lane;
import dev.sluice.schemas.wire.LaneOpened;
import dev.sluice.schemas.wire.Submitted;
import dev.sluice.schemas.wire.SumEncoding;
import dev.sluice.schemas.wire.SumFormat;
import dev.sluice.schemas.wire.TaskReported;
import dev.sluice.schemas.wire.TrainingSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How many groups of shards have rounded sums is decided once, when a job has been prepared. */
class PinnedEncodingTest {

  private final Ledger ledger =
      new Ledger(
          new LedgerLimits(3, 2, 5_000, 1_000, 2_000, 20_000, 2, 4, 65_536, 250, 4L << 20),
          new Admission(new Catalogue(List.of(Catalogue.HOST_CPU)), Aim.FINISH));
  private final LedgerState state = new LedgerState();
  private final List<Effect> effects = new ArrayList<>();
  private long nowMs = 1_000;

  @ParameterizedTest
  @CsvSource({
    // format, groups that the job declares, workers, groups that are pinned
    "FP32, 0, 3, 0",
    "BF16, 0, 1, 1",
    "BF16, 0, 2, 2",
    "INT8, 0, 3, 2",
    "INT8, 0, 7, 4",
    "INT8, 0, 50, 8", // as many as there are shards
    "INT8, 2, 50, 2",
    "INT8, 8, 1, 8",
  })
  void asTheJobSaysOrAsManyAsThereAreWorkers(
      SumFormat format, int declared, int workers, int pinned) {
    var expected = new SumEncoding(format, pinned);
    decide(new LaneOpened(new Lane("cpu", "host-cpu", 0, 0)), workers);
    decide(new Submitted("j", "", Specs.job(spec(new SumEncoding(format, declared)))), workers);
    var report = Specs.prepared(10, 9);
    decide(new TaskReported("j", "prepare", 1, "w0", Specs.ENGINE, report, ""), workers);

    var plan =
        effects.stream()
            .filter(Effect.Fold.class::isInstance)
            .map(effect -> (FoldStarted) ((Effect.Fold) effect).entry())
            .findFirst()
            .orElseThrow();
    assertThat(plan.encoding()).as("what folds go by").isEqualTo(expected);
    var training = Objects.requireNonNull(Objects.requireNonNull(state.job("j")).training());
    assertThat(training.pinned().encoding()).as("what workers go by").isEqualTo(expected);
  }

  private void decide(JobEvent event, int workers) {
    var decision = ledger.decide(state, event, new Moment(nowMs++, Specs.fleet(workers)));
    state.apply(decision);
    effects.addAll(decision.effects());
  }

  private static TrainingSpec spec(SumEncoding encoding) {
    var plain = (TrainingSpec) Specs.training(10, 8, null).work();
    return new TrainingSpec(
        plain.dataset(),
        plain.network(),
        plain.objective(),
        plain.optimizer(),
        plain.learningRate(),
        plain.schedule(),
        plain.warmupSteps(),
        plain.batch(),
        plain.shards(),
        plain.length(),
        plain.seed(),
        plain.register(),
        ClassWeights.NONE,
        null,
        encoding,
        null);
  }
}
