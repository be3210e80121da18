package dev.sluice.coordinator.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.sluice.coordinator.placement.Admission;
import dev.sluice.coordinator.placement.Fleet;
import dev.sluice.schemas.accelerator.AcceleratorModel;
import dev.sluice.schemas.accelerator.Catalogue;
import dev.sluice.schemas.accelerator.NumberFormat;
import dev.sluice.schemas.accelerator.Software;
import dev.sluice.schemas.accelerator.Training;
import dev.sluice.schemas.wire.Aim;
import dev.sluice.schemas.wire.AliasSet;
import dev.sluice.schemas.wire.AttemptStarted;
import dev.sluice.schemas.wire.CancelRequested;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Command;
import dev.sluice.schemas.wire.DeadLetterReason;
import dev.sluice.schemas.wire.DeadlineReached;
import dev.sluice.schemas.wire.Exported;
import dev.sluice.schemas.wire.Fault;
import dev.sluice.schemas.wire.FoldFailed;
import dev.sluice.schemas.wire.FoldStarted;
import dev.sluice.schemas.wire.FoldStopped;
import dev.sluice.schemas.wire.JobEvent;
import dev.sluice.schemas.wire.JobSpec;
import dev.sluice.schemas.wire.JobState;
import dev.sluice.schemas.wire.JobStatus;
import dev.sluice.schemas.wire.Lane;
import dev.sluice.schemas.wire.LaneDeclared;
import dev.sluice.schemas.wire.LaneOpened;
import dev.sluice.schemas.wire.ModelRegistered;
import dev.sluice.schemas.wire.ModelResolved;
import dev.sluice.schemas.wire.ModelVersion;
import dev.sluice.schemas.wire.Outcome;
import dev.sluice.schemas.wire.PlacementWishes;
import dev.sluice.schemas.wire.Priority;
import dev.sluice.schemas.wire.RegisterModel;
import dev.sluice.schemas.wire.ResolveModel;
import dev.sluice.schemas.wire.RoomForModel;
import dev.sluice.schemas.wire.Submitted;
import dev.sluice.schemas.wire.TaskFailed;
import dev.sluice.schemas.wire.TaskReported;
import dev.sluice.schemas.wire.TermFinished;
import dev.sluice.schemas.wire.TermNearlyDone;
import dev.sluice.schemas.wire.TermWork;
import dev.sluice.schemas.wire.TrainingState;
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

  /** Characters of a class of which three versions fill a name. */
  private static final int LARGE = 1_200_000;

  private final Catalogue catalogue = new Catalogue(List.of(Catalogue.HOST_CPU, NPU));
  private final LedgerLimits limits =
      new LedgerLimits(3, 2, 5_000, 1_000, 2_000, 20_000, 2, 4, 65_536);
  private final Ledger ledger = new Ledger(limits, new Admission(catalogue, Aim.FINISH));
  private final LedgerState state = new LedgerState();
  private final List<Effect> effects = new ArrayList<>();
  private final List<JobState> history = new ArrayList<>();
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
    assertThat(last().verdicts().getFirst().reasons().getFirst())
        .contains("no training software for an-npu");
    assertThat(effects).isEmpty();
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
        .containsExactly(new Effect.TellAll(new LaneOpened(new Lane("cpu", "host-cpu", 1, 5))));
  }

  @Test
  void aWorkersDeclarationLeavesTheOperatorsBounds() {
    decide(new LaneDeclared(new Lane("cpu", "host-cpu", 1, 5)));
    effects.clear();
    assertThat(decide(byWorker("cpu", "host-cpu")).changes())
        .as("said once more, to whoever has not found it")
        .containsOnly(Map.entry("lane/cpu", new Lane("cpu", "host-cpu", 1, 5)));
    assertThat(effects).isEmpty();
    assertThat(state.lane("cpu")).isEqualTo(new Lane("cpu", "host-cpu", 1, 5));
  }

  @Test
  void aWorkersDeclarationOpensANewLaneOnce() {
    decide(byWorker("cpu", "host-cpu"));
    decide(byWorker("cpu", "host-cpu"));
    assertThat(effects)
        .containsExactly(new Effect.TellAll(new LaneOpened(new Lane("cpu", "host-cpu", 0, 0))));
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
    assertThat(cause().fault()).isEqualTo(Fault.BAD_INPUT);
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
    var cause = new Cause(Fault.OUR_FAULT, "here", "what", "why", "mend");
    var event = new FoldFailed("j", 0, cause);
    var decision = ledger.abandon(state, event, cause, new Moment(nowMs, fleet));
    assertThat(decision.changes()).containsOnlyKeys("j");
    assertThat(decision.changes().get("j"))
        .asInstanceOf(type(JobState.class))
        .extracting(JobState::status)
        .isEqualTo(JobStatus.FAILED);
    assertThat(decision.effects()).anyMatch(Effect.Control.class::isInstance);
  }

  @Test
  void aNameThatCanNotBeDecidedOnFailsTheJobThatAsked() {
    var cause = new Cause(Fault.OUR_FAULT, "here", "what", "why", "mend");
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
    var cause = new Cause(Fault.BAD_INPUT, "step 5", "Training diverged.", "", "");
    decide(new FoldFailed("j", 5, cause));
    assertThat(last().status()).isEqualTo(JobStatus.FAILED);
    assertThat(cause()).isEqualTo(cause);
  }

  @Test
  void twoJobsThatRegisterOneNameGetVersionsOneAndTwo() {
    assertThat(registered("a")).isEqualTo(1);
    assertThat(registered("b")).isEqualTo(2);
    assertThat(registered("a")).isEqualTo(1);
  }

  @Test
  void aNameTakesVersionsUntilTheyFillOneRecordAndThenSaysSo() {
    assertThat(registered("a", LARGE)).isEqualTo(1);
    assertThat(registered("b", LARGE)).isEqualTo(2);
    assertThat(registered("c", LARGE)).isEqualTo(3);
    assertThat(registered("d", LARGE)).isZero();
    assertThat(registered("d", 1_000)).isEqualTo(4);
  }

  @Test
  void aJobIsToldBeforeItMakesAVersionThatThereIsNoRoomForIt() {
    for (String job : List.of("a", "b", "c")) {
      registered(job, LARGE);
    }
    assertThat(decide(new RoomForModel("m", "j", 1_000)).effects()).isEmpty();
    assertThat(decide(new RoomForModel("m", "a", LARGE)).effects()).as("has its").isEmpty();
    assertThat(decide(new RoomForModel("other", "j", LARGE)).effects()).isEmpty();
    assertThat(decide(new RoomForModel("m", "j", LARGE)).effects())
        .singleElement()
        .satisfies(
            effect -> {
              var tell = (Effect.Tell) effect;
              assertThat(tell.key()).isEqualTo("j");
              var answer = (ModelRegistered) tell.event();
              assertThat(answer.version()).isZero();
              assertThat(Objects.requireNonNull(answer.cause()).what())
                  .isEqualTo("Model m can't take another version.");
              assertThat(answer.cause().why()).contains("3 versions take 36", "4194304 bytes");
            });
  }

  @Test
  void aTrainingThatRegistersAsksForRoomBeforeItsFirstStepAndEndsWhereThereIsNone() {
    open("cpu", "host-cpu");
    submit("j", Specs.training(100, 4, "m"));
    effects.clear();
    report("prepare", Specs.prepared(100, 9));
    var asked =
        effects.stream()
            .filter(Effect.Tell.class::isInstance)
            .map(e -> ((Effect.Tell) e).event())
            .toList();
    assertThat(asked)
        .singleElement()
        .asInstanceOf(type(RoomForModel.class))
        .satisfies(
            room -> {
              assertThat(room.name()).isEqualTo("m");
              assertThat(room.bytes()).isBetween(4_096L, 5_000L);
            });

    var cause = new Cause(Fault.NO_CAPACITY, "register", "No room.", "", "");
    effects.clear();
    decide(new ModelRegistered("j", "m", 0, cause));
    assertThat(last().status()).isEqualTo(JobStatus.FAILED);
    assertThat(cause()).isEqualTo(cause);
    assertThat(effects).anyMatch(e -> e instanceof Effect.Fold(var id, FoldStopped stop));
  }

  @Test
  void aNumberThatNobodyWaitsForChangesNothing() {
    running(100);
    assertThat(decide(new ModelRegistered("j", "m", 3, null)).changes()).isEmpty();
  }

  @Test
  void aModelThatIsNotThereIsNamedTogetherWithWhatIs() {
    registered("a");
    var decision = decide(new ResolveModel("m", "i", "7"));
    var answer = (ModelResolved) ((Effect.Tell) decision.effects().getFirst()).event();
    assertThat(answer.model()).isNull();
    assertThat(Objects.requireNonNull(answer.cause()).what()).contains("m@7 does not exist");
    assertThat(Objects.requireNonNull(answer.cause()).why()).contains("versions 1 to 1");
  }

  private JobState last() {
    return history.getLast();
  }

  private Cause cause() {
    return Objects.requireNonNull(last().cause());
  }

  private TrainingState training() {
    return Objects.requireNonNull(last().training());
  }

  private int registered(String jobId) {
    return registered(Specs.model("m", jobId, 9));
  }

  private int registered(String jobId, int nameLength) {
    var facts = Specs.facts(9, List.of("x".repeat(nameLength), "y"));
    return registered(Specs.model("m", jobId, 9).withNetwork(facts));
  }

  private int registered(ModelVersion model) {
    var decision = decide(new RegisterModel("m", model.jobId(), model));
    var tell =
        decision.effects().stream()
            .filter(Effect.Tell.class::isInstance)
            .map(Effect.Tell.class::cast)
            .findFirst()
            .orElseThrow();
    return ((ModelRegistered) tell.event()).version();
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
    return new TaskFailed(new Cause(Fault.OUR_FAULT, "", "It broke.", "", ""), retryable);
  }

  private Decision decide(JobEvent event) {
    var decision = ledger.decide(state, event, new Moment(nowMs, fleet));
    decision.changes().values().forEach(state::apply);
    decision.changes().values().stream()
        .filter(JobState.class::isInstance)
        .forEach(job -> history.add((JobState) job));
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
        .map(e -> ((Effect.Dispatch) e).task().work())
        .filter(TermWork.class::isInstance)
        .map(TermWork.class::cast)
        .map(term -> term.shardFrom() + "+" + term.shards())
        .toList();
  }
}
