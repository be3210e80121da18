package dev.sluice.coordinator.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.accelerators.catalogue.CatalogueFiles;
import dev.sluice.coordinator.placement.Admission;
import dev.sluice.coordinator.placement.Fleet;
import dev.sluice.jobs.state.Job;
import dev.sluice.schemas.wire.Aim;
import dev.sluice.schemas.wire.AttemptStarted;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.DatasetFacts;
import dev.sluice.schemas.wire.DeadlineReached;
import dev.sluice.schemas.wire.Dense;
import dev.sluice.schemas.wire.InferencePrepared;
import dev.sluice.schemas.wire.JobEvent;
import dev.sluice.schemas.wire.JobSpec;
import dev.sluice.schemas.wire.JobStatus;
import dev.sluice.schemas.wire.Lane;
import dev.sluice.schemas.wire.LaneOpened;
import dev.sluice.schemas.wire.Layer;
import dev.sluice.schemas.wire.LayerStack;
import dev.sluice.schemas.wire.ModelResolved;
import dev.sluice.schemas.wire.NetworkFacts;
import dev.sluice.schemas.wire.Outcome;
import dev.sluice.schemas.wire.PlacementWishes;
import dev.sluice.schemas.wire.Priority;
import dev.sluice.schemas.wire.Submitted;
import dev.sluice.schemas.wire.TaskFailed;
import dev.sluice.schemas.wire.TaskReported;
import dev.sluice.schemas.wire.TrainingPrepared;
import dev.sluice.schemas.wire.Unplaceable;
import dev.sluice.schemas.wire.WorkerHeartbeat;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What doesn't move is found and moved, and what waits rightly is left alone. */
final class StallsTest {

  private static final String ENGINE = "engine";
  private static final long QUEUE_MS = 60_000;

  private final Ledger ledger =
      new Ledger(
          new LedgerLimits(3, 4, QUEUE_MS, 180_000, 2_000, 20_000, 6, 4, 65_536, 250, 4L << 20),
          new Admission(CatalogueFiles.builtIn(), Aim.FINISH));
  private final LedgerState state = new LedgerState();
  private final List<Effect.Dispatch> dispatched = new ArrayList<>();
  private final List<Effect.Bury> buried = new ArrayList<>();
  private Fleet fleet = Fleet.EMPTY;
  private long nowMs = 1_000;

  @Test
  void aTaskThatTheBrokerDroppedIsDispatchedAgain() {
    open("cpu", "host-cpu");
    submit("j", Specs.training(10, 4, null));
    nowMs += QUEUE_MS;
    // Nobody is there: it waits in its lane, where it is safe, and is no news.
    assertThat(stalled()).isEmpty();

    fleet = new Fleet(List.of(idle("w", "cpu")), Map.of("cpu", 0L), 1);
    assertThat(stalled()).hasSize(1);
    lookAgain();
    assertThat(dispatched).extracting(d -> d.task().taskId()).containsExactly("prepare");
    assertThat(job("j").open().getFirst().attempt()).isEqualTo(1);
    assertThat(stalled()).isEmpty();
  }

  @Test
  void aTaskInALongQueueIsNotDispatchedAgainThoughAWorkerIsJustBetweenTwoTasks() {
    open("cpu", "host-cpu");
    submit("j", Specs.training(10, 4, null));
    nowMs += 100 * QUEUE_MS;
    fleet = new Fleet(List.of(idle("w", "cpu")), Map.of("cpu", 300L), 1);
    assertThat(stalled()).isEmpty();
    // Nor where nobody has looked how much waits.
    fleet = Fleet.of(List.of(idle("w", "cpu")));
    assertThat(stalled()).isEmpty();
    // And who is told so earlier than it is true changes nothing.
    decide(new DeadlineReached("j", "prepare", 1));
    assertThat(dispatched).isEmpty();
  }

  @Test
  void aLaneHandsItsTasksOutInOrderSoALaterOneThatHasBegunTellsThatOneWasDropped() {
    open("cpu", "host-cpu");
    submit("first", Specs.training(10, 4, null));
    nowMs += QUEUE_MS;
    submit("second", Specs.training(10, 4, null));
    fleet = new Fleet(List.of(busy("w", "cpu")), Map.of("cpu", 300L), 1);
    assertThat(stalled()).isEmpty();
    decide(new AttemptStarted("second", "prepare", 1, "w", 1, ""));
    assertThat(stalled()).containsExactly(new DeadlineReached("first", "prepare", 1));
    lookAgain();
    assertThat(dispatched).extracting(d -> d.task().jobId()).containsExactly("first");
  }

  @Test
  void aTaskOfAnotherEnginesQueueThatHasBegunTellsNothing() {
    open("cpu", "host-cpu");
    fleet = Fleet.of(List.of(worker("old", "cpu", ENGINE, 1, false)));
    submit("first", Specs.training(10, 4, null));
    decide(new TaskReported("first", "prepare", 1, "old", ENGINE, Specs.prepared(10, 9), ""));
    nowMs += QUEUE_MS;
    submit("second", Specs.training(10, 4, null));
    decide(new TaskReported("second", "prepare", 1, "new", "another", Specs.prepared(10, 9), ""));
    var later = job("second").open().getFirst().taskId();
    decide(new AttemptStarted("second", later, 1, "new", 1, ""));
    assertThat(stalled()).isEmpty();
  }

  @Test
  void aTaskThatKilledAsManyWorkersAsItMayIsBuriedWhenTheBrokerGivesUpOnItToo() {
    open("cpu", "host-cpu");
    submit("j", Specs.training(10, 4, null));
    for (int start = 1; start <= 4; start++) {
      decide(new AttemptStarted("j", "prepare", 1, "w" + start, start, ""));
    }
    fleet = new Fleet(List.of(idle("w", "cpu")), Map.of("cpu", 0L), 1);
    nowMs += 180_000;
    lookAgain();
    assertThat(state.job("j")).isNull();
    assertThat(dispatched).isEmpty();
    assertThat(buried).singleElement().asString().contains("ended 4 workers that ran it");
  }

  @Test
  void aTaskThatWasGivenToAHelpingLaneComesHomeWhenItsWorkersLeave() {
    open("a", "host-cpu");
    open("b", "host-cpu");
    fleet = new Fleet(List.of(idle("a1", "a"), idle("b1", "b")), Map.of("a", 0L, "b", 0L), 1);
    submit("j", Specs.inference("m", "1"));
    decide(new ModelResolved("j", Specs.model("m", "trainer", 9).numbered(1, 0), null));
    report(new InferencePrepared(new DatasetFacts(Specs.ARTIFACT, 100, 0, 0)));
    assertThat(dispatched).extracting(Effect.Dispatch::lane).contains("b");
    var lent = job("j").open().stream().filter(t -> t.lane().equals("b")).findFirst().orElseThrow();
    // Even one that was begun: whoever began it is gone.
    decide(new AttemptStarted("j", lent.taskId(), 1, "b1", 1, ""));

    fleet = new Fleet(List.of(busy("a1", "a")), Map.of("a", 4L, "b", 1L), 2);
    assertThat(stalled()).isEmpty(); // they may be just being replaced
    nowMs += Stalls.STRANDED_MS;
    lookAgain();
    assertThat(dispatched).extracting(Effect.Dispatch::lane).containsExactly("a");
    assertThat(dispatched.getFirst().task().taskId()).isEqualTo(lent.taskId());
    assertThat(stalled()).isEmpty();
  }

  @Test
  void aJobWhoseLaneHasNoWorkersMovesToOneThatHas() {
    open("abandoned", "host-cpu");
    open("cpu", "host-cpu");
    submit("j", Specs.training(10, 4, null)); // nobody has been heard of yet
    assertThat(job("j").lane()).isEqualTo("abandoned");
    nowMs += Stalls.STRANDED_MS;
    assertThat(stalled()).isEmpty();
    fleet = new Fleet(List.of(idle("w", "cpu")), Map.of("cpu", 0L), 1);
    lookAgain();
    assertThat(job("j").lane()).isEqualTo("cpu");
    assertThat(dispatched).extracting(Effect.Dispatch::lane).containsExactly("cpu");
  }

  @Test
  void aLaneThatWasOpenedLaterTakesTheJobOverIfItCanRunIt() {
    open("abandoned", "host-cpu");
    submit("j", Specs.training(10, 4, null));
    open("npu", "rbln-atom");
    nowMs += Stalls.STRANDED_MS;
    fleet = Fleet.of(List.of(idle("n", "npu")));
    lookAgain(); // an ATOM doesn't train
    assertThat(job("j").lane()).isEqualTo("abandoned");
    assertThat(dispatched).isEmpty();
    assertThat(stalled()).isEmpty();

    open("cpu", "host-cpu");
    fleet = Fleet.of(List.of(idle("n", "npu"), idle("w", "cpu")));
    lookAgain();
    assertThat(job("j").lane()).isEqualTo("cpu");
    assertThat(dispatched).extracting(Effect.Dispatch::lane).containsExactly("cpu");
  }

  @Test
  void roundsGoOnWhereThereIsAnEngineOfTheSameBits() {
    open("a", "host-cpu");
    open("b", "host-cpu");
    fleet = new Fleet(List.of(idle("a1", "a")), Map.of("a", 0L, "b", 0L), 1);
    submit("j", Specs.training(100, 4, null));
    report(Specs.prepared(100, 9));
    assertThat(job("j").lane()).isEqualTo("a");
    nowMs += Stalls.STRANDED_MS;
    fleet = Fleet.of(List.of(worker("b1", "b", "another", 0, false)));
    assertThat(stalled()).isEmpty();
    fleet = new Fleet(List.of(idle("b2", "b")), Map.of("b", 0L), 2);
    lookAgain();
    assertThat(job("j").lane()).isEqualTo("b");
    assertThat(dispatched).isNotEmpty().allMatch(d -> d.lane().equals("b"));
    assertThat(stalled()).isEmpty();
  }

  @Test
  void whereOneTaskFailsInALaneWithoutWorkersAllOfItsJobGoElsewhere() {
    open("a", "host-cpu");
    open("b", "host-cpu");
    fleet = new Fleet(List.of(idle("a1", "a"), idle("a2", "a")), Map.of("a", 0L, "b", 0L), 1);
    submit("j", Specs.training(100, 4, null));
    report(Specs.prepared(100, 9));
    assertThat(dispatched).hasSize(2);
    fleet = new Fleet(List.of(idle("b1", "b")), Map.of("b", 0L), 2);
    var first = job("j").open().getFirst();
    var cause = new Cause(Code.DEFECT, "", "what", "why", "mend");
    dispatched.clear();
    decide(new TaskReported("j", first.taskId(), 1, "a1", ENGINE, new TaskFailed(cause, true), ""));
    assertThat(job("j").lane()).isEqualTo("b");
    assertThat(dispatched).hasSize(2).allMatch(d -> d.lane().equals("b"));
  }

  @Test
  void aJobThatTurnsOutTooLargeIsPreparedAnewWhereItFits() {
    open("a-t4", "nvidia-t4");
    open("b-mi", "amd-mi250x");
    fleet = new Fleet(List.of(idle("w", "a-t4")), Map.of("a-t4", 0L), 1);
    submit("j", Specs.training(10, 4, null));
    assertThat(job("j").lane()).isEqualTo("a-t4");
    report(large());
    assertThat(job("j").lane()).isEqualTo("b-mi");
    assertThat(job("j").status()).isEqualTo(JobStatus.PREPARING);
    assertThat(dispatched).extracting(Effect.Dispatch::lane).containsExactly("b-mi");
    // It comes to the lane that can, and not back to the one that has workers.
    fleet = Fleet.of(List.of(idle("w", "a-t4"), worker("m", "b-mi", "another", 0, false)));
    decide(new TaskReported("j", "prepare", 1, "m", "another", large(), ""));
    assertThat(job("j").status()).isEqualTo(JobStatus.RUNNING);
    assertThat(job("j").lane()).isEqualTo("b-mi");
  }

  @Test
  void aHeldJobStartsWhenAFittingWorkerJoinsALaneThatIsThere() {
    open("cpu", "nvidia-l4");
    fleet = Fleet.of(List.of(worker("modelled", "cpu", ENGINE, 0, true)));
    var spec = Specs.training(10, 4, null);
    submit(
        "j",
        new JobSpec(
            spec.tenant(),
            spec.name(),
            Priority.NORMAL,
            List.of(),
            Unplaceable.HOLD,
            spec.work(),
            new PlacementWishes(List.of(), true, null)));
    assertThat(job("j").status()).isEqualTo(JobStatus.HELD);
    assertThat(stalled()).isEmpty();
    fleet = Fleet.of(List.of(worker("real", "cpu", ENGINE, 0, false)));
    lookAgain();
    assertThat(job("j").status()).isEqualTo(JobStatus.PREPARING);
    assertThat(stalled()).isEmpty();
  }

  /** 1.6e9 weights: 25.6 GB with gradients and two moments. */
  private static TrainingPrepared large() {
    var small = Specs.prepared(10, 9);
    var facts = small.network();
    var layers = List.<Layer>of(new Dense(40_000, false), new Dense(3, false));
    return new TrainingPrepared(
        small.dataset(),
        new NetworkFacts(
            new LayerStack(List.of(40_000), layers),
            List.of(40_000),
            3,
            facts.objective(),
            facts.classes(),
            List.of(),
            facts.featureScale(),
            facts.targetScale(),
            List.of(),
            1_600_120_000,
            1_600_120_000),
        small.stepsPerEpoch(),
        small.steps());
  }

  private List<DeadlineReached> stalled() {
    return ledger.stalled(state, new Moment(nowMs, fleet));
  }

  /** Decides on what has stalled; only what is dispatched by that is kept. */
  private void lookAgain() {
    dispatched.clear();
    var stalled = stalled();
    assertThat(stalled).isNotEmpty();
    stalled.forEach(this::decide);
  }

  private static WorkerHeartbeat idle(String id, String lane) {
    return worker(id, lane, ENGINE, 0, false);
  }

  private static WorkerHeartbeat busy(String id, String lane) {
    return worker(id, lane, ENGINE, 1, false);
  }

  private static WorkerHeartbeat worker(
      String id, String lane, String engine, int running, boolean modelled) {
    return new WorkerHeartbeat(
        id,
        lane,
        "host-cpu",
        modelled,
        engine,
        "",
        0,
        running,
        List.of(),
        0,
        0,
        0,
        false,
        0,
        "",
        -1);
  }

  private void open(String lane, String accelerator) {
    decide(new LaneOpened(new Lane(lane, accelerator, 0, 0)));
  }

  private void submit(String jobId, JobSpec spec) {
    decide(new Submitted(jobId, "", spec));
    dispatched.clear();
  }

  private void report(Outcome outcome) {
    dispatched.clear();
    decide(new TaskReported("j", "prepare", 1, "w", ENGINE, outcome, ""));
  }

  private Job job(String jobId) {
    return Objects.requireNonNull(state.job(jobId));
  }

  private void decide(JobEvent event) {
    var decision = ledger.decide(state, event, new Moment(nowMs, fleet));
    state.apply(decision);
    decision.effects().stream()
        .filter(Effect.Dispatch.class::isInstance)
        .map(Effect.Dispatch.class::cast)
        .forEach(dispatched::add);
    decision.effects().stream()
        .filter(Effect.Bury.class::isInstance)
        .map(Effect.Bury.class::cast)
        .forEach(buried::add);
  }
}
