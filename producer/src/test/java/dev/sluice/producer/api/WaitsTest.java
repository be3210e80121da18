package dev.sluice.producer.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.jobs.state.Job;
import dev.sluice.producer.Samples;
import dev.sluice.producer.lag.LagReport;
import dev.sluice.producer.lag.Queue;
import dev.sluice.producer.lag.QueueLag;
import dev.sluice.schemas.wire.JobStatus;
import dev.sluice.schemas.wire.OpenTask;
import dev.sluice.schemas.wire.TaskKind;
import dev.sluice.schemas.wire.WorkerHeartbeat;
import dev.sluice.schemas.wire.WorkerLife;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Whoever waits is told for what. */
final class WaitsTest {

  private static final long NOW_MS = 1_000_000;
  private static final OpenTask PREPARE =
      OpenTask.first("prepare", TaskKind.PREPARE, 1_000, 0, 0, 0, 0, 0);
  private static final WorkerHeartbeat W1 = Samples.heartbeat("w1", "gpu2", 0, 0, 1);
  private static final WorkerLife W1_LIVES = W1.who();

  @Test
  void aJobWhoseLaneHasNoWorkerWaitsForOne() {
    assertThat(of(job(PREPARE)))
        .isEqualTo(new WaitView("worker", "waits for a worker of lane gpu2"));
  }

  @Test
  void workersOfOtherLanesAreNoHelp() {
    var other = Samples.heartbeat("w1", "gpu3", 0, 0, 1);
    assertThat(of(job(PREPARE), other).code()).isEqualTo("worker");
  }

  @Test
  void aTaskThatWentToAnotherLaneWaitsThere() {
    assertThat(of(job(PREPARE.inLane("gpu3"))).what()).isEqualTo("waits for a worker of lane gpu3");
  }

  @Test
  void behindOthersIsSaidWithTheirNumber() {
    var waits = new Waits(List.of(W1), lag(Queue.lane("gpu2"), 13, 2_000L), NOW_MS);
    assertThat(waits.of(job(PREPARE)))
        .isEqualTo(new WaitView("queue", "waits behind 12 tasks in lane gpu2"));
    assertThat(of(job(PREPARE), W1).what()).isEqualTo("waits until a worker of lane gpu2 is free");
  }

  @Test
  void aTaskUnderWayIsSaidWithItsWorker() {
    var begun = PREPARE.started(W1_LIVES, NOW_MS - 12_345, 99_000);
    assertThat(of(job(begun), W1))
        .isEqualTo(
            new WaitView(
                "works",
                "has task prepare under way on worker w1, for 12 s",
                "w1",
                NOW_MS - 12_345));
  }

  @Test
  void aWorkerThatWasStartedAgainUnderItsIdIsNotTheOneThatHasTheTask() {
    var begun = PREPARE.started(new WorkerLife("w1", "the one before"), 1, 99_000);
    assertThat(of(job(begun), W1))
        .isEqualTo(
            new WaitView(
                "gone", "waits until task prepare is given to another worker, as w1 is silent"));
    assertThat(of(job(begun)).code()).isEqualTo("worker");
  }

  @Test
  void aLedgerThatLeavesRequestsLyingIsWhatIsWaitedFor() {
    var waits = new Waits(List.of(W1), lag(Queue.LEDGER, 3, 12_500L), NOW_MS);
    assertThat(waits.of(job(PREPARE)))
        .isEqualTo(
            new WaitView(
                "ledger",
                "waits for the ledger, which has left a request lying for 12 s; health says why"
                    + " where that is known"));
  }

  @Test
  void heldJobsAndThoseThatAskForAModelSaySo() {
    assertThat(of(state(JobStatus.HELD))).extracting(WaitView::code).isEqualTo("no-lane");
    assertThat(of(state(JobStatus.RESOLVING))).extracting(WaitView::code).isEqualTo("model");
    assertThat(of(state(JobStatus.REGISTERING))).extracting(WaitView::code).isEqualTo("model");
  }

  @Test
  void aJobThatHasEndedWaitsForNothing() {
    assertThat(new Waits(List.of(), LagReport.NONE, NOW_MS).of(state(JobStatus.CANCELLED)))
        .isNull();
  }

  private static WaitView of(Job job, WorkerHeartbeat... alive) {
    return Objects.requireNonNull(new Waits(Arrays.asList(alive), LagReport.NONE, NOW_MS).of(job));
  }

  private static Job job(OpenTask... open) {
    return state(JobStatus.PREPARING, open);
  }

  private static Job state(JobStatus status, OpenTask... open) {
    return Samples.state("j", status, 1_000, "gpu2", List.of(open));
  }

  private static LagReport lag(Queue queue, long waiting, @Nullable Long ageMs) {
    return new LagReport(
        1,
        List.of(new QueueLag(queue, waiting, 0, ageMs, 0, 0, null, waiting, List.of(), List.of())));
  }
}
