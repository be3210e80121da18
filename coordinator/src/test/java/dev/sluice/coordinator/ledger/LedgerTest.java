package dev.sluice.coordinator.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.sluice.accelerators.catalogue.AcceleratorModel;
import dev.sluice.accelerators.catalogue.Catalogue;
import dev.sluice.accelerators.catalogue.NumberFormat;
import dev.sluice.accelerators.catalogue.Software;
import dev.sluice.accelerators.catalogue.Training;
import dev.sluice.coordinator.placement.Admission;
import dev.sluice.coordinator.placement.Fleet;
import dev.sluice.jobs.state.Job;
import dev.sluice.jobs.state.TrainingState;
import dev.sluice.schemas.wire.Aim;
import dev.sluice.schemas.wire.AliasSet;
import dev.sluice.schemas.wire.AttemptStarted;
import dev.sluice.schemas.wire.CancelRequested;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.Command;
import dev.sluice.schemas.wire.DeadLetterReason;
import dev.sluice.schemas.wire.DeadlineReached;
import dev.sluice.schemas.wire.Exported;
import dev.sluice.schemas.wire.FoldFailed;
import dev.sluice.schemas.wire.FoldStarted;
import dev.sluice.schemas.wire.FoldStopped;
import dev.sluice.schemas.wire.JobEvent;
import dev.sluice.schemas.wire.JobSpec;
import dev.sluice.schemas.wire.JobStatus;
import dev.sluice.schemas.wire.Lane;
import dev.sluice.schemas.wire.LaneDeclared;
import dev.sluice.schemas.wire.LaneOpened;
import dev.sluice.schemas.wire.ModelRegistered;
import dev.sluice.schemas.wire.ModelResolved;
import dev.sluice.schemas.wire.OpenTask;
import dev.sluice.schemas.wire.Outcome;
import dev.sluice.schemas.wire.PlacementWishes;
import dev.sluice.schemas.wire.Priority;
import dev.sluice.schemas.wire.Reason;
import dev.sluice.schemas.wire.RegisterModel;
import dev.sluice.schemas.wire.ResolveModel;
import dev.sluice.schemas.wire.Submitted;
import dev.sluice.schemas.wire.TaskFailed;
import dev.sluice.schemas.wire.TaskReported;
import dev.sluice.schemas.wire.Term;
import dev.sluice.schemas.wire.TermFinished;
import dev.sluice.schemas.wire.TermNearlyDone;
import dev.sluice.schemas.wire.Unplaceable;
import dev.sluice.schemas.wire.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LedgerTest {

  private static final AcceleratorModel NPU =
      AcceleratorModel.withoutFigures(
          "an-npu",
          "a vendor",
          "Infers only",
          AcceleratorModel.Kind.NPU,
          Set.of(NumberFormat.FP32),
          new Training(Training.VendorSoftware.NO, "none was found"),
          new Software("an SDK", List.of("ONNX"), Map.of(), "", List.of()));

  private final Catalogue catalogue = new Catalogue(List.of(Catalogue.HOST_CPU, NPU));
  private final LedgerLimits limits =
      new LedgerLimits(3, 2, 5_000, 1_000, 2_000, 20_000, 2, 4, 65_536, 250, 4L << 20);
  private final Ledger ledger = new Ledger(limits, new Admission(catalogue, Aim.FINISH));
  private final LedgerState state = new LedgerState();
  private final List<Effect> effects = new ArrayList<>();
  private final List<Job> history = new ArrayList<>();
  private Fleet fleet = Fleet.EMPTY;
  private long nowMs = 1_000;

  @Test
  void namesThatNoDoorHasCheckedAndThatCouldMeetOthersGoToTheDeadLetters() {
    var npu = new Lane("a.b", "an-npu", 0, 4);
    for (var event :
        List.of(
            new Submitted("model", "", Specs.training(10, 4, null)),
            new Submitted("../j", "", Specs.training(10, 4, null)),
            new LaneDeclared(npu),
            new LaneOpened(npu),
            new AliasSet("m", "../a", 1))) {
      var decision = ledger.decide(state, event, new Moment(nowMs, fleet));
      assertThat(decision.changes()).as("%s", event).isEmpty();
      assertThat(decision.effects())
          .as("%s", event)
          .singleElement()
          .isInstanceOf(Effect.Bury.class);
    }
  }

  @Test
  void aTrainingJobIsRefusedWhereOnlyInferenceChipsAreAndTheReasonIsKept() {
    open("npu", "an-npu");
    submit("j", Specs.training(10, 4, null));

    assertThat(last().status()).isEqualTo(JobStatus.REFUSED);
    assertThat(last().verdicts()).hasSize(1);
    assertThat(last().verdicts().getFirst().verdict()).isEqualTo(Verdict.IMPOSSIBLE);
    assertThat(last().verdicts().getFirst().reasons())
        .extracting(Reason::code)
        .contains(Code.NO_TRAINING);
    assertThat(effects)
        .as("whoever knows of it may forget it")
        .allMatch(e -> e instanceof Effect.Control(var c) && c.command() == Command.STOP);
  }

  @Test
  void aHeldJobStartsWhenALaneOpensThatCanRunIt() {
    var spec = Specs.training(10, 4, null);
    submit(
        "j",
        new JobSpec(
            "t",
            "",
            Priority.NORMAL,
            List.of(),
            Unplaceable.HOLD,
            spec.work(),
            PlacementWishes.NONE));
    assertThat(last().status()).isEqualTo(JobStatus.HELD);

    open("npu", "an-npu");
    assertThat(last().status()).isEqualTo(JobStatus.HELD);

    open("cpu", "host-cpu");
    assertThat(last().status()).isEqualTo(JobStatus.PREPARING);
    assertThat(last().lane()).isEqualTo("cpu");
    assertThat(dispatched()).containsExactly("prepare");
  }

  @Test
  void aLaneIsOpenWhereItIsDeclaredAndEveryPartitionIsTold() {
    var decision = decide(new LaneDeclared(new Lane("cpu", "host-cpu", 1, 5)));
    assertThat(state.lane("cpu")).isEqualTo(new Lane("cpu", "host-cpu", 1, 5));
    assertThat(decision.effects())
        .containsExactly(
            new Effect.PublishLane(new Lane("cpu", "host-cpu", 1, 5)),
            new Effect.TellAll(new LaneOpened(new Lane("cpu", "host-cpu", 1, 5))));
  }

  @Test
  void aWorkersDeclarationLeavesTheOperatorsBounds() {
    decide(new LaneDeclared(new Lane("cpu", "host-cpu", 1, 5)));
    effects.clear();
    assertThat(decide(byWorker("cpu", "host-cpu")).changes()).isEmpty();
    assertThat(effects)
        .as("said once more, to whoever has not found it")
        .containsExactly(new Effect.PublishLane(new Lane("cpu", "host-cpu", 1, 5)));
    assertThat(state.lane("cpu")).isEqualTo(new Lane("cpu", "host-cpu", 1, 5));
  }

  @Test
  void aWorkersDeclarationOpensANewLaneOnce() {
    decide(byWorker("cpu", "host-cpu"));
    decide(byWorker("cpu", "host-cpu"));
    var lane = new Lane("cpu", "host-cpu", 0, 0);
    assertThat(effects)
        .containsExactly(
            new Effect.PublishLane(lane),
            new Effect.TellAll(new LaneOpened(lane)),
            new Effect.PublishLane(lane));
  }

  @Test
  void aLaneIsNotDeclaredForAnotherAccelerator() {
    decide(byWorker("cpu", "host-cpu"));
    effects.clear();
    assertThat(decide(byWorker("cpu", "an-npu")).changes()).isEmpty();
    assertThat(effects).hasSize(1).allMatch(Effect.Bury.class::isInstance);
  }

  @Test
  void allProblemsOfABadSpecAreInItsCause() {
    open("cpu", "host-cpu");
    submit("j", Specs.training(-1, 3, "no such name!"));
    assertThat(last().status()).isEqualTo(JobStatus.REFUSED);
    assertThat(cause().code()).isEqualTo(Code.SEVERAL);
    assertThat(cause().why()).contains("steps").contains("shards").contains("register");
  }

  @Test
  void theSameSubmissionTwiceIsOneJob() {
    open("cpu", "host-cpu");
    submit("j", Specs.training(10, 4, null));
    effects.clear();
    assertThat(decide(new Submitted("j", "", Specs.training(99, 4, null))).changes()).isEmpty();
    assertThat(effects).isEmpty();
  }

  @Test
  void aRoundIsSplitOverTheWorkersThatThereAre() {
    workers(3);
    running(100);
    assertThat(terms()).containsExactly("0+1", "1+1", "2+2");

    effects.clear();
    workers(1);
    decide(new TermNearlyDone("j", 1, 6));
    assertThat(terms()).containsExactly("0+4");

    // The announcements of the other groups of that round change nothing.
    effects.clear();
    decide(new TermNearlyDone("j", 1, 7));
    assertThat(effects).isEmpty();
  }

  @Test
  void announcementsOpenNoMoreRoundsThanThree() {
    running(100);
    for (int round = 1; round <= 9; round++) {
      decide(new TermNearlyDone("j", training().round(), training().roundEnd() - 1));
    }
    assertThat(last().open()).extracting(OpenTask::round).containsExactly(1L, 2L, 3L);

    effects.clear();
    report("term-1-0@0", new TermFinished(8, 8, 0, 0, null));
    assertThat(terms()).isEmpty();
    decide(new TermNearlyDone("j", 3, training().roundEnd() - 1));
    assertThat(last().open()).extracting(OpenTask::round).containsExactly(2L, 3L, 4L);
  }

  @Test
  void theFoldStartsInOneTransactionWithTheFirstTerms() {
    running(100);
    assertThat(effects).anyMatch(e -> e instanceof Effect.Fold(var id, FoldStarted plan));
    assertThat(terms()).containsExactly("0+4");
    assertThat(training().engine()).isEqualTo(Specs.ENGINE);
  }

  @Test
  void aTermThatEndsEarlyIsGoneOnWith() {
    running(100);
    effects.clear();
    report("term-1-0@0", new TermFinished(3, 3, 0, 0, null));
    assertThat(dispatched()).contains("term-1-0@3");
    assertThat(training().shardSteps()).containsOnly(3L);
  }

  @Test
  void theExportComesWhenEveryShardHasReachedTheEnd() {
    workers(2);
    running(8);
    effects.clear();
    report("term-1-0@0", new TermFinished(8, 8, 0, 0, null));
    assertThat(dispatched()).isEmpty();
    report("term-1-2@0", new TermFinished(8, 8, 0, 0, null));
    assertThat(dispatched()).containsExactly("export");
    assertThat(last().status()).isEqualTo(JobStatus.EXPORTING);
    report("export", new Exported(Specs.model("", "j", 9)));
    assertThat(last().status()).isEqualTo(JobStatus.SUCCEEDED);
    assertThat(effects).anyMatch(e -> e instanceof Effect.Fold(var id, FoldStopped stop));
  }

  @Test
  void aFailureThatMayPassIsTriedAgainAndThenBuried() {
    open("cpu", "host-cpu");
    submit("j", Specs.training(10, 4, null));
    for (int attempt = 1; attempt < 3; attempt++) {
      report("prepare", attempt, failure(true));
      assertThat(last().open().getFirst().attempt()).isEqualTo(attempt + 1);
    }
    report("prepare", 3, failure(true));
    assertThat(last().status()).isEqualTo(JobStatus.FAILED);
    assertThat(cause().what()).isEqualTo("It broke.");
    assertThat(effects).anyMatch(Effect.Bury.class::isInstance);
  }

  @Test
  void aFailureThatWillNotPassEndsTheJobAtOnce() {
    open("cpu", "host-cpu");
    submit("j", Specs.training(10, 4, null));
    report("prepare", failure(false));
    assertThat(last().status()).isEqualTo(JobStatus.FAILED);
    assertThat(effects).noneMatch(Effect.Bury.class::isInstance);
  }

  @Test
  void timeRunsFromTheStartOfATaskNotFromItsDispatch() {
    open("cpu", "host-cpu");
    submit("j", Specs.training(10, 4, null));
    nowMs += 1_000_000;
    assertThat(ledger.stalled(state, new Moment(nowMs, fleet))).isEmpty();
    decide(new AttemptStarted("j", "prepare", 1, "w", 1, ""));
    nowMs += 999;
    assertThat(ledger.stalled(state, new Moment(nowMs, fleet))).isEmpty();
    nowMs += 1;
    assertThat(ledger.stalled(state, new Moment(nowMs, fleet))).hasSize(1);
    effects.clear();
    decide(new DeadlineReached("j", "prepare", 1));
    assertThat(last().open().getFirst().attempt()).isEqualTo(2);
    assertThat(dispatched()).containsExactly("prepare");
    // The deadline of the attempt before is void now.
    effects.clear();
    decide(new DeadlineReached("j", "prepare", 1));
    assertThat(effects).isEmpty();
  }

  @Test
  void anIllFormedIdIsBuriedAndLeavesNoState() {
    for (var id : List.of("", "/cursor", "model/digits", "x".repeat(129))) {
      effects.clear();
      submit(id, Specs.training(10, 4, null));
      assertThat(effects)
          .singleElement()
          .asInstanceOf(type(Effect.Bury.class))
          .extracting(bury -> bury.letter().reason())
          .isEqualTo(DeadLetterReason.UNPROCESSABLE);
      assertThat(state.activeJobs()).isEmpty();
    }
  }

  @Test
  void aJobWhoseRecordCanNotBeDecidedOnFails() {
    running(100);
    var cause = new Cause(Code.DEFECT, "here", "what", "why", "mend");
    var event = new FoldFailed("j", 0, cause);
    var decision = ledger.abandon(state, event, cause, new Moment(nowMs, fleet));
    assertThat(decision.changes()).containsOnlyKeys("j");
    assertThat(decision.jobs().get("j")).extracting(Job::status).isEqualTo(JobStatus.FAILED);
    assertThat(decision.effects()).anyMatch(Effect.Control.class::isInstance);
  }

  @Test
  void aNameThatCanNotBeDecidedOnFailsTheJobThatAsked() {
    var cause = new Cause(Code.DEFECT, "here", "what", "why", "mend");
    var moment = new Moment(nowMs, fleet);
    assertThat(ledger.abandon(state, new ResolveModel("m", "j", "1"), cause, moment).effects())
        .containsExactly(new Effect.Tell("j", new ModelResolved("j", null, cause)));
    var model = Specs.model("m", "j", 9);
    assertThat(ledger.abandon(state, new RegisterModel("m", "j", model), cause, moment).effects())
        .containsExactly(new Effect.Tell("j", new ModelRegistered("j", "m", 0, cause)));
    // A model may be called as a job is.
    running(100);
    var alias = new AliasSet("j", "prod", 1);
    assertThat(ledger.abandon(state, alias, cause, moment).changes()).isEmpty();
  }

  @Test
  void aCancelReachesWorkersAndFoldAndIsFinal() {
    running(100);
    effects.clear();
    decide(new CancelRequested("j", "changed my mind"));
    assertThat(last().status()).isEqualTo(JobStatus.CANCELLED);
    assertThat(effects)
        .anyMatch(e -> e instanceof Effect.Control(var c) && c.command() == Command.STOP)
        .anyMatch(e -> e instanceof Effect.Fold(var id, FoldStopped stop));
    effects.clear();
    assertThat(decide(new TermNearlyDone("j", 1, 6)).changes()).isEmpty();
    assertThat(decide(new CancelRequested("j", "")).changes()).isEmpty();
    assertThat(effects).isEmpty();
  }

  @Test
  void aDivergedFoldFailsTheJobWithItsCause() {
    running(100);
    var cause = new Cause(Code.DIVERGED, "step 5", "Training diverged.", "", "");
    decide(new FoldFailed("j", 5, cause));
    assertThat(last().status()).isEqualTo(JobStatus.FAILED);
    assertThat(cause()).isEqualTo(cause);
  }

  @Test
  void aNumberThatNobodyWaitsForChangesNothing() {
    running(100);
    assertThat(decide(new ModelRegistered("j", "m", 3, null)).changes()).isEmpty();
  }

  private Job last() {
    return history.getLast();
  }

  private Cause cause() {
    return Objects.requireNonNull(last().cause());
  }

  private TrainingState training() {
    return Objects.requireNonNull(last().training());
  }

  private void running(long steps) {
    open("cpu", "host-cpu");
    submit("j", Specs.training(steps, 4, null));
    effects.clear();
    report("prepare", Specs.prepared(steps, 9));
  }

  private void workers(int count) {
    fleet = Specs.fleet(count);
  }

  private void open(String lane, String accelerator) {
    decide(new LaneOpened(new Lane(lane, accelerator, 0, 0)));
  }

  private static LaneDeclared byWorker(String lane, String accelerator) {
    return new LaneDeclared(Lane.withBoundsAsTheyAre(lane, accelerator));
  }

  private void submit(String jobId, JobSpec spec) {
    decide(new Submitted(jobId, "", spec));
  }

  private void report(String taskId, Outcome outcome) {
    report(taskId, 1, outcome);
  }

  private void report(String taskId, int attempt, Outcome outcome) {
    decide(new TaskReported("j", taskId, attempt, "w", Specs.ENGINE, outcome, ""));
  }

  private static Outcome failure(boolean retryable) {
    return new TaskFailed(new Cause(Code.DEFECT, "", "It broke.", "", ""), retryable);
  }

  private Decision decide(JobEvent event) {
    var decision = ledger.decide(state, event, new Moment(nowMs, fleet));
    state.apply(decision);
    history.addAll(decision.jobs().values());
    effects.addAll(decision.effects());
    return decision;
  }

  private List<String> dispatched() {
    return effects.stream()
        .filter(Effect.Dispatch.class::isInstance)
        .map(e -> ((Effect.Dispatch) e).task().taskId())
        .toList();
  }

  private List<String> terms() {
    return effects.stream()
        .filter(Effect.Dispatch.class::isInstance)
        .map(e -> ((Effect.Dispatch) e).task().action())
        .filter(Term.class::isInstance)
        .map(Term.class::cast)
        .map(term -> term.shardFrom() + "+" + term.shards())
        .toList();
  }
}
