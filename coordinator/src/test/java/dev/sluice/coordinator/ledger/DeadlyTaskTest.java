package dev.sluice.coordinator.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.accelerators.catalogue.CatalogueFiles;
import dev.sluice.coordinator.placement.Admission;
import dev.sluice.coordinator.placement.Fleet;
import dev.sluice.jobs.state.Job;
import dev.sluice.schemas.wire.Aim;
import dev.sluice.schemas.wire.AttemptLost;
import dev.sluice.schemas.wire.AttemptStarted;
import dev.sluice.schemas.wire.JobEvent;
import dev.sluice.schemas.wire.JobStatus;
import dev.sluice.schemas.wire.Lane;
import dev.sluice.schemas.wire.LaneOpened;
import dev.sluice.schemas.wire.OpenTask;
import dev.sluice.schemas.wire.Submitted;
import dev.sluice.schemas.wire.TaskReported;
import dev.sluice.schemas.wire.TermFinished;
import dev.sluice.schemas.wire.WorkerHeartbeat;
import dev.sluice.schemas.wire.WorkerLife;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A task counts as deadly for the workers that were gone while they had it, and for no others. */
final class DeadlyTaskTest {

  private static final int DEATHS = LedgerLimits.DEFAULT.startsMax();

  private final Ledger ledger =
      new Ledger(LedgerLimits.DEFAULT, new Admission(CatalogueFiles.builtIn(), Aim.FINISH));
  private final LedgerState state = new LedgerState();
  private final List<Effect> effects = new ArrayList<>();
  private final List<Job> history = new ArrayList<>();
  private Fleet fleet = Specs.fleet(2 * DEATHS);

  @BeforeEach
  void aJobPrepares() {
    decide(new LaneOpened(new Lane("cpu", "host-cpu", 0, 0)));
    decide(new Submitted("j", "", Specs.training(10, 4, null)));
  }

  @Test
  void aTaskThatEndsEveryWorkerThatBeginsItIsBuried() {
    fleet = Fleet.EMPTY;
    for (int worker = 0; worker < DEATHS; worker++) {
      begin(worker);
    }
    assertThat(job().status()).isEqualTo(JobStatus.PREPARING);
    begin(DEATHS);
    assertThat(job().status()).isEqualTo(JobStatus.FAILED);
    assertThat(Objects.requireNonNull(job().cause()).what())
        .contains("ended " + DEATHS + " workers");
    assertThat(effects).anyMatch(Effect.Bury.class::isInstance);
  }

  @Test
  void workersThatAreStillThereHaveNotDiedOfATaskThatCameToSeveralOfThem() {
    for (int worker = 0; worker <= DEATHS; worker++) {
      begin(worker);
    }
    assertThat(job().status()).isEqualTo(JobStatus.PREPARING);
    fleet = Fleet.EMPTY; // all are gone, and one begins it anew
    begin(0);
    assertThat(job().status()).isEqualTo(JobStatus.FAILED);
  }

  @Test
  void workersThatLostItAliveHaveNotDiedOfItWhateverEndsThemLater() {
    for (int worker = 0; worker <= DEATHS; worker++) {
      begin(worker);
      decide(new AttemptLost("j", "prepare", 1, "w" + worker, ""));
    }
    fleet = Fleet.EMPTY;
    for (int worker = DEATHS + 1; worker <= 2 * DEATHS; worker++) {
      begin(worker);
    }
    assertThat(job().status()).isEqualTo(JobStatus.PREPARING);
    begin(0);
    assertThat(job().status()).isEqualTo(JobStatus.FAILED);
    assertThat(Objects.requireNonNull(job().cause()).what())
        .contains("ended " + DEATHS + " workers");
  }

  @Test
  void whatAWorkerSaysOfAnEarlierAttemptOrAnotherTaskExcusesNobody() {
    fleet = Fleet.EMPTY;
    for (int worker = 0; worker < DEATHS; worker++) {
      begin(worker);
      decide(new AttemptLost("j", "prepare", 2, "w" + worker, ""));
      decide(new AttemptLost("j", "export", 1, "w" + worker, ""));
      decide(new AttemptLost("j", "prepare", 1, "stranger", ""));
    }
    begin(DEATHS);
    assertThat(job().status()).isEqualTo(JobStatus.FAILED);
  }

  @Test
  void whatATermLeavesOverIsAnotherTaskThatNobodyHasDiedOf() {
    decide(new TaskReported("j", "prepare", 1, "w0", Specs.ENGINE, Specs.prepared(10, 9), ""));
    var term = job().open().getFirst();
    fleet = Fleet.EMPTY;
    for (int worker = 0; worker < DEATHS; worker++) {
      begin(term.taskId(), worker);
    }
    end(term, term.fromStep() + 1);
    var rest = job().open().getLast();
    assertThat(rest.fromStep()).isEqualTo(term.fromStep() + 1);
    assertThat(rest.begun()).isEmpty();
    begin(rest.taskId(), DEATHS + 1);
    assertThat(job().status()).isEqualTo(JobStatus.RUNNING);
  }

  @Test
  void workersThatLeftInGoodOrderHaveNotDiedOfWhatTheyGaveBack() {
    var left = IntStream.range(0, DEATHS).mapToObj(n -> new WorkerLife("w" + n, "")).toList();
    fleet = new Fleet(List.of(), Map.of(), 0, Set.copyOf(left));
    for (int worker = 0; worker <= DEATHS; worker++) {
      begin(worker);
    }
    assertThat(job().status()).isEqualTo(JobStatus.PREPARING);
  }

  @Test
  void aWorkerThatIsStartedAgainUnderItsIdIsAnotherProcessAndTheOneBeforeIsDead() {
    for (int life = 0; life < DEATHS; life++) {
      fleet = Fleet.of(List.of(process("gpu0", "life" + life))); // so nobody is silent
      begin("gpu0", "life" + life);
    }
    assertThat(job().status()).isEqualTo(JobStatus.PREPARING);
    begin("gpu0", "life" + DEATHS);
    assertThat(job().status()).isEqualTo(JobStatus.FAILED);
    var cause = Objects.requireNonNull(job().cause());
    assertThat(cause.what()).contains("ended " + DEATHS + " workers");
    assertThat(cause.why()).contains("gpu0 " + DEATHS + " times");
  }

  @Test
  void aWorkerThatLeftInGoodOrderAndIsStartedAgainUnderItsIdHasNotDied() {
    for (int life = 0; life <= DEATHS; life++) {
      fleet = new Fleet(List.of(process("gpu0", "life" + life)), Map.of(), 0, left("gpu0", life));
      begin("gpu0", "life" + life);
    }
    assertThat(job().status()).isEqualTo(JobStatus.PREPARING);
  }

  private static Set<WorkerLife> left(String worker, int lives) {
    return IntStream.range(0, lives)
        .mapToObj(life -> new WorkerLife(worker, "life" + life))
        .collect(Collectors.toSet());
  }

  @Test
  void whatAProcessSaysOfItselfIsNotSaidOfTheNextOneWithItsId() {
    for (int life = 0; life < DEATHS; life++) {
      begin("gpu0", "life" + life);
      decide(new AttemptLost("j", "prepare", 1, "gpu0", "life" + (life - 1)));
    }
    assertThat(job().open().getFirst().begun()).containsExactly(new WorkerLife("gpu0", "life3"));
  }

  @Test
  void processesThatShareAnIdAndLiveAreNoVictimsForOthers() {
    fleet = Fleet.of(List.of(process("gpu0", "a"), process("gpu0", "b")));
    begin("gpu0", "a");
    begin("gpu0", "b");
    for (int worker = 0; worker < DEATHS - 1; worker++) {
      begin(worker);
    }
    begin(DEATHS);
    assertThat(job().status()).isEqualTo(JobStatus.PREPARING);
  }

  private static WorkerHeartbeat process(String worker, String life) {
    return new WorkerHeartbeat(
        worker,
        "cpu",
        "host-cpu",
        false,
        Specs.ENGINE,
        "",
        0,
        1,
        List.of(),
        0,
        0,
        0,
        false,
        0,
        life,
        -1);
  }

  private void begin(String worker, String life) {
    decide(new AttemptStarted("j", "prepare", 1, worker, 1, life));
  }

  private void begin(int worker) {
    begin("prepare", worker);
  }

  private void begin(String taskId, int worker) {
    decide(new AttemptStarted("j", taskId, 1, "w" + worker, worker + 1, ""));
  }

  private void end(OpenTask term, long reached) {
    var outcome = new TermFinished(reached, 0, 0, 0, null);
    decide(new TaskReported("j", term.taskId(), 1, "w0", Specs.ENGINE, outcome, ""));
  }

  private Job job() {
    return history.getLast();
  }

  private void decide(JobEvent event) {
    var decision = ledger.decide(state, event, new Moment(1_000, fleet));
    state.apply(decision);
    history.addAll(decision.jobs().values());
    effects.addAll(decision.effects());
  }
}
