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
import dev.sluice.schemas.wire.FoldProgressed;
import dev.sluice.schemas.wire.JobEvent;
import dev.sluice.schemas.wire.JobStatus;
import dev.sluice.schemas.wire.Lane;
import dev.sluice.schemas.wire.LaneOpened;
import dev.sluice.schemas.wire.OpenTask;
import dev.sluice.schemas.wire.Outcome;
import dev.sluice.schemas.wire.ShardsLate;
import dev.sluice.schemas.wire.Submitted;
import dev.sluice.schemas.wire.Task;
import dev.sluice.schemas.wire.TaskFailed;
import dev.sluice.schemas.wire.TaskReported;
import dev.sluice.schemas.wire.TermFinished;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Terms whose worker is slow run a second time, within bounds, and the first report counts. */
final class SpeculationTest {

  private static final int SHARDS = 8;

  /** No more than the first round has, so that no other follows. */
  private static final int STEPS = 8;

  private final Ledger ledger =
      new Ledger(LedgerLimits.DEFAULT, new Admission(CatalogueFiles.builtIn(), Aim.FINISH));
  private final LedgerState state = new LedgerState();
  private final List<Effect> effects = new ArrayList<>();
  private Fleet fleet = Fleet.EMPTY;
  private long nowMs = 1_000;

  @Test
  void aTermWhoseShardsAreLateIsDispatchedOnceMoreAsTheSameAttempt() {
    round(2);
    begin(0, 1);
    late(3, 4, 5);
    assertThat(dispatched())
        .singleElement()
        .satisfies(
            copy -> {
              assertThat(copy.taskId()).isEqualTo("term-1-4@0");
              assertThat(copy.attempt()).isEqualTo(1);
            });
    late(3, 4, 5);
    assertThat(dispatched()).as("at most one copy").isEmpty();
  }

  @Test
  void theFirstReportEndsTheTaskWhoeverSentItAndTheOtherChangesNothing() {
    round(2);
    begin(0, 1);
    late(3, 4);
    assertThat(dispatched()).hasSize(1);
    decide(new AttemptStarted("j", "term-1-4@0", 1, "w0", 1, ""));
    report("term-1-4@0", "w1", new TermFinished(8, 8, 0, 0, null));
    assertThat(job().open()).extracting(OpenTask::taskId).doesNotContain("term-1-4@0");

    var before = job();
    report("term-1-4@0", "w0", new TermFinished(5, 2, 0, 0, null));
    assertThat(job()).isEqualTo(before);
    assertThat(dispatched()).isEmpty();
  }

  @Test
  void ofTwoExecutionsOneMayFailWithoutCountingAsAnAttempt() {
    round(2);
    begin(0, 1);
    late(3, 4);
    assertThat(dispatched()).hasSize(1);
    report("term-1-4@0", "w0", failure());
    assertThat(dispatched()).isEmpty();
    assertThat(task("term-1-4@0").attempt()).isEqualTo(1);

    report("term-1-4@0", "w1", failure());
    assertThat(dispatched()).extracting(Task::attempt).containsExactly(2);
  }

  @Test
  void aCopyThatComesToTheSlowWorkerItselfIsMadeUpFor() {
    round(2);
    begin(0, 1);
    late(3, 4);
    decide(new AttemptStarted("j", "term-1-4@0", 1, "w1", 1, ""));
    dispatched();
    late(3, 4);
    assertThat(dispatched()).hasSize(1);
    decide(new AttemptStarted("j", "term-1-4@0", 1, "w0", 1, ""));
    late(3, 4);
    assertThat(dispatched()).isEmpty();
  }

  @Test
  void aTermThatNobodyHasBegunThoughOthersWaitForItMayBeLockedForNobody() {
    round(2);
    begin(0);
    late(3, 4);
    assertThat(dispatched()).extracting(Task::taskId).containsExactly("term-1-4@0");
  }

  @Test
  void termsOfOtherStepsAndShardsAreNotMeant() {
    round(2);
    begin(0, 1);
    late(8, 4);
    assertThat(dispatched()).isEmpty();
    decide(new FoldProgressed("j", 4, 0.5, 32, null, -1, -1));
    late(3, 4);
    assertThat(dispatched()).as("that step is over").isEmpty();
  }

  @Test
  void copiesAreAShareOfTheTermsThatAreOpen() {
    round(SHARDS);
    begin(IntStream.range(0, SHARDS).toArray());
    late(3, 1, 2, 3, 4);
    assertThat(dispatched()).hasSize(SHARDS / Speculation.TERMS_PER_COPY);
    late(3, 2, 3, 4, 5);
    assertThat(dispatched()).isEmpty();
    report("term-1-1@0", "w0", new TermFinished(8, 8, 0, 0, null));
    late(3, 3, 4, 5);
    assertThat(dispatched()).extracting(Task::taskId).containsExactly("term-1-5@0");
  }

  @Test
  void termsThatNobodyWorksOnComeFirst() {
    round(4);
    begin(0, 1, 2);
    late(3, 2, 4, 6);
    assertThat(dispatched()).extracting(Task::taskId).containsExactly("term-1-6@0", "term-1-2@0");
  }

  @Test
  void thereIsNoCopyWhereNobodyElseCouldRunIt() {
    round(2);
    begin(0, 1);
    fleet = Fleet.of(List.of(Specs.worker("w0", "other", 1), Specs.worker("w1", "cpu", 1)));
    late(3, 4);
    assertThat(dispatched()).isEmpty();
    fleet = Specs.fleet(2);
    late(3, 4);
    assertThat(dispatched()).hasSize(1);
  }

  /** A job in its only round, split over so many workers. */
  private void round(int workers) {
    decide(new LaneOpened(new Lane("cpu", "host-cpu", 0, 0)));
    fleet = Specs.fleet(workers);
    decide(new Submitted("j", "", Specs.training(STEPS, SHARDS, null)));
    report("prepare", "w0", Specs.prepared(STEPS, 9));
    effects.clear();
  }

  /** The workers begin the terms of the same number. */
  private void begin(int... numbers) {
    var terms = job().open();
    for (int number : numbers) {
      decide(new AttemptStarted("j", terms.get(number).taskId(), 1, "w" + number, 1, ""));
    }
  }

  private void late(long step, Integer... shards) {
    decide(new ShardsLate("j", step, List.of(shards)));
  }

  private static Outcome failure() {
    return new TaskFailed(new Cause(Code.DEFECT, "", "It broke.", "", ""), true);
  }

  private void report(String taskId, String worker, Outcome outcome) {
    decide(new TaskReported("j", taskId, 1, worker, Specs.ENGINE, outcome, ""));
  }

  private Job job() {
    var job = Objects.requireNonNull(state.job("j"));
    assertThat(job.status()).isEqualTo(JobStatus.RUNNING);
    return job;
  }

  private OpenTask task(String taskId) {
    return job().open().stream().filter(t -> t.taskId().equals(taskId)).findFirst().orElseThrow();
  }

  /** What was dispatched since the last look. */
  private List<Task> dispatched() {
    var tasks =
        effects.stream()
            .filter(Effect.Dispatch.class::isInstance)
            .map(effect -> ((Effect.Dispatch) effect).task())
            .toList();
    effects.clear();
    return tasks;
  }

  private void decide(JobEvent event) {
    var decision = ledger.decide(state, event, new Moment(nowMs++, fleet));
    state.apply(decision);
    effects.addAll(decision.effects());
  }
}
