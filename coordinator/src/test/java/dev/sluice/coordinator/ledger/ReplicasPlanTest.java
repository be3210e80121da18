package dev.sluice.coordinator.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.accelerators.catalogue.Catalogue;
import dev.sluice.coordinator.placement.Admission;
import dev.sluice.schemas.wire.Aim;
import dev.sluice.schemas.wire.Constant;
import dev.sluice.schemas.wire.DatasetFacts;
import dev.sluice.schemas.wire.FoldStarted;
import dev.sluice.schemas.wire.JobEvent;
import dev.sluice.schemas.wire.Lane;
import dev.sluice.schemas.wire.LaneOpened;
import dev.sluice.schemas.wire.LocalSteps;
import dev.sluice.schemas.wire.Sgd;
import dev.sluice.schemas.wire.Submitted;
import dev.sluice.schemas.wire.TaskReported;
import dev.sluice.schemas.wire.TrainingPrepared;
import dev.sluice.schemas.wire.TrainingSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** A job of 10 steps, 4 an epoch, whose shards make 3 by themselves: rounds of 3, 1, 3, 1 and 2. */
class ReplicasPlanTest {

  private final Ledger ledger =
      new Ledger(
          new LedgerLimits(3, 2, 5_000, 1_000, 2_000, 20_000, 2, 4, 65_536, 250, 4L << 20),
          new Admission(new Catalogue(List.of(Catalogue.HOST_CPU)), Aim.FINISH));
  private final LedgerState state = new LedgerState();
  private final List<Effect> effects = new ArrayList<>();
  private long nowMs = 1_000;

  @Test
  void theFoldMakesTheUpdatesThatFollowExchanges() {
    prepared(2, 5);
    var plan =
        effects.stream()
            .filter(Effect.Fold.class::isInstance)
            .map(effect -> (FoldStarted) ((Effect.Fold) effect).entry())
            .findFirst()
            .orElseThrow();
    assertThat(plan.optimizer()).isEqualTo(new Sgd(0.8, true, 0));
    assertThat(plan.learningRate()).isEqualTo(0.6);
    assertThat(plan.schedule()).isEqualTo(new Constant());
    assertThat(plan.warmupSteps()).isZero();
    assertThat(plan.clipNorm()).as("replicas clip in their own steps").isZero();
    assertThat(List.of(plan.stepsPerEpoch(), plan.steps())).containsExactly(2L, 5L);
    assertThat(Objects.requireNonNull(plan.validation()).everySteps()).isEqualTo(2);
  }

  /** A worker that plans steps where the job has rounds is not believed. */
  @Test
  void otherRoundsThanTheRowsMakeAreNotBelieved() {
    prepared(4, 10);
    assertThat(effects).noneMatch(Effect.Fold.class::isInstance);
  }

  private void prepared(long perEpoch, long steps) {
    decide(new LaneOpened(new Lane("cpu", "host-cpu", 0, 0)));
    decide(new Submitted("j", "", Specs.job(spec())));
    var network = Specs.prepared(10, 9).network();
    var rows = new DatasetFacts(Specs.ARTIFACT, 64, 16, 64);
    var report = new TrainingPrepared(rows, network, perEpoch, steps);
    decide(new TaskReported("j", "prepare", 1, "w0", Specs.ENGINE, report, ""));
  }

  private void decide(JobEvent event) {
    var decision = ledger.decide(state, event, new Moment(nowMs++, Specs.fleet(2)));
    state.apply(decision);
    effects.addAll(decision.effects());
  }

  private static TrainingSpec spec() {
    var plain = (TrainingSpec) Specs.training(10, 2, null).work();
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
        plain.classWeights(),
        plain.earlyStopping(),
        plain.encoding(),
        new LocalSteps(3, 0.6, 0.8, true),
        0.5);
  }
}
