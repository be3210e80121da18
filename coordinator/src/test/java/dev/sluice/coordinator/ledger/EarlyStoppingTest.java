package dev.sluice.coordinator.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.accelerators.catalogue.Catalogue;
import dev.sluice.coordinator.placement.Admission;
import dev.sluice.coordinator.placement.Fleet;
import dev.sluice.jobs.state.Job;
import dev.sluice.jobs.state.TrainingState;
import dev.sluice.jobs.state.ValidationState;
import dev.sluice.schemas.wire.Aim;
import dev.sluice.schemas.wire.Command;
import dev.sluice.schemas.wire.DatasetFacts;
import dev.sluice.schemas.wire.EarlyStopping;
import dev.sluice.schemas.wire.Export;
import dev.sluice.schemas.wire.FoldProgressed;
import dev.sluice.schemas.wire.FoldStarted;
import dev.sluice.schemas.wire.JobEvent;
import dev.sluice.schemas.wire.JobStatus;
import dev.sluice.schemas.wire.Lane;
import dev.sluice.schemas.wire.LaneOpened;
import dev.sluice.schemas.wire.Outcome;
import dev.sluice.schemas.wire.Submitted;
import dev.sluice.schemas.wire.TaskReported;
import dev.sluice.schemas.wire.TermFinished;
import dev.sluice.schemas.wire.TrainingPrepared;
import dev.sluice.schemas.wire.TrainingSpec;
import dev.sluice.schemas.wire.ValidationMetric;
import dev.sluice.schemas.wire.ValidationPlan;
import dev.sluice.schemas.wire.ValidationPoint;
import dev.sluice.schemas.wire.ValidationSums;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A job of 100 steps in epochs of 4, with 16 held-out rows. */
class EarlyStoppingTest {

  private static final long STEPS = 100;
  private static final EarlyStopping EARLY = new EarlyStopping(2, ValidationMetric.LOSS, 0);

  private final Ledger ledger =
      new Ledger(
          new LedgerLimits(3, 2, 5_000, 1_000, 2_000, 20_000, 2, 4, 65_536, 250, 4L << 20),
          new Admission(new Catalogue(List.of(Catalogue.HOST_CPU)), Aim.FINISH));
  private final LedgerState state = new LedgerState();
  private final Fleet fleet = Specs.fleet(1);
  private final List<Effect> effects = new ArrayList<>();
  private long nowMs = 1_000;

  @Test
  void heldOutRowsAreLookedAtAfterEachEpochWhereTrainingMayEndEarly() {
    running(EARLY, 64, 16);
    var expected = new ValidationPlan(4, EARLY);
    assertThat(plans()).containsExactly(expected);
    assertThat(validation().plan()).as("what terms refer to").isEqualTo(expected);
  }

  @Test
  void elseTheyAreLookedAtSoSeldomThatItCostsLessThanTraining() {
    running(null, 64, 200);
    assertThat(plans()).containsExactly(new ValidationPlan(16, null));
  }

  @Test
  void whereNoRowsAreHeldOutNothingIsMeasured() {
    running(null, 64, 0);
    assertThat(training().validation()).isNull();
    assertThat(training().end()).isEqualTo(STEPS);
  }

  @Test
  void theLastTermsGoOneStepFurtherWhichOnlyMeasures() {
    running(null, 64, 16);
    for (int round = 0; !dispatched().contains("export") && round < 50; round++) {
      var task = job().open().getFirst();
      effects.clear();
      nowMs += 10;
      report(task.taskId(), new TermFinished(task.toStep(), 1, 0, 0, null));
    }
    assertThat(training().shardSteps()).containsOnly(STEPS + 1);
    assertThat(exports()).singleElement().extracting(Export::generation).isEqualTo(STEPS + 1);
  }

  @Test
  void whatTheFoldEndsEarlyIsExportedAndOtherTermsAreVoid() {
    running(EARLY, 64, 16);
    tell(5, 2.0, 4, -1);
    tell(9, 3.0, 4, -1);
    effects.clear();
    tell(13, 4.0, 4, 4);
    assertThat(dispatched()).containsExactly("export");
    assertThat(exports()).singleElement().extracting(Export::generation).isEqualTo(13L);
    assertThat(effects)
        .anyMatch(
            e ->
                e instanceof Effect.Control(var control)
                    && control.command() == Command.RUN
                    && control.epoch() == job().epoch());
    assertThat(job().status()).isEqualTo(JobStatus.EXPORTING);
    assertThat(training().stepsDone()).isEqualTo(12);
    assertThat(validation().points())
        .containsExactly(
            new ValidationPoint(4, 2, 0.5),
            new ValidationPoint(8, 3, 0.5),
            new ValidationPoint(12, 4, 0.5));

    effects.clear();
    tell(13, 4.0, 4, 4);
    report("term-1-0@0", new TermFinished(8, 8, 0, 0, null));
    assertThat(effects).isEmpty();
  }

  @Test
  void aMeasurementThatIsOvertakenByALaterOneIsKeptAllTheSame() {
    running(EARLY, 64, 16);
    tell(9, 3.0, 8, -1);
    tell(5, 2.0, 4, -1);
    assertThat(validation().points()).extracting(ValidationPoint::step).containsExactly(4L, 8L);
    assertThat(validation().bestStep()).isEqualTo(8);
    assertThat(training().generation()).isEqualTo(9);
  }

  @Test
  void curvesAreThinnedOutAndKeepTheLastPoint() {
    var curve = ValidationState.planned(new ValidationPlan(10, null));
    for (long step = 10; step <= 10_000; step += 10) {
      curve = curve.with(new ValidationPoint(step, 0, 0));
      assertThat(curve.points()).hasSizeLessThanOrEqualTo(ValidationState.POINTS_MAX);
      assertThat(curve.points().getLast().step()).isEqualTo(step);
    }
    assertThat(curve.points())
        .hasSizeGreaterThan(ValidationState.POINTS_MAX / 3)
        .extracting(ValidationPoint::step)
        .startsWith(160L, 320L, 480L);
  }

  private void running(@Nullable EarlyStopping stopping, long rows, long holdoutRows) {
    decide(new LaneOpened(new Lane("cpu", "host-cpu", 0, 0)));
    var plain = (TrainingSpec) Specs.training(STEPS, 2, null).work();
    var spec =
        new TrainingSpec(
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
            stopping);
    decide(new Submitted("j", "", Specs.job(spec)));
    var network = Specs.prepared(STEPS, 9).network();
    var facts = new DatasetFacts(Specs.ARTIFACT, rows, holdoutRows, rows);
    effects.clear();
    report("prepare", new TrainingPrepared(facts, network, 4, STEPS));
  }

  private void tell(long generation, double loss, long best, long kept) {
    var sums = new ValidationSums(16, 16, 8, 16 * loss, 0);
    decide(new FoldProgressed("j", generation, 0.5, 32, sums, best, kept));
  }

  private void report(String taskId, Outcome outcome) {
    decide(new TaskReported("j", taskId, 1, "w0", Specs.ENGINE, outcome, ""));
  }

  private void decide(JobEvent event) {
    var decision = ledger.decide(state, event, new Moment(nowMs++, fleet));
    state.apply(decision);
    effects.addAll(decision.effects());
  }

  private Job job() {
    return Objects.requireNonNull(state.job("j"));
  }

  private TrainingState training() {
    return Objects.requireNonNull(job().training());
  }

  private ValidationState validation() {
    return Objects.requireNonNull(training().validation());
  }

  private List<ValidationPlan> plans() {
    return effects.stream()
        .filter(Effect.Fold.class::isInstance)
        .flatMap(
            effect ->
                Stream.ofNullable(((FoldStarted) ((Effect.Fold) effect).entry()).validation()))
        .toList();
  }

  private List<String> dispatched() {
    return tasks().map(effect -> effect.task().taskId()).toList();
  }

  private Stream<Effect.Dispatch> tasks() {
    return effects.stream()
        .filter(Effect.Dispatch.class::isInstance)
        .map(Effect.Dispatch.class::cast);
  }

  private List<Export> exports() {
    return tasks()
        .map(effect -> effect.task().action())
        .filter(Export.class::isInstance)
        .map(Export.class::cast)
        .toList();
  }
}
