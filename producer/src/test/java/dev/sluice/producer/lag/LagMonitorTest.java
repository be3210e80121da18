package dev.sluice.producer.lag;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.producer.Samples;
import dev.sluice.producer.view.ClusterView;
import dev.sluice.schemas.wire.Lane;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

class LagMonitorTest {

  private static final Clock NOW = Clock.fixed(Instant.ofEpochMilli(10_000), ZoneOffset.UTC);

  private final ClusterView view = new ClusterView(10);
  private final FakeBacklogs backlogs = new FakeBacklogs();
  private final LagMonitor monitor =
      new LagMonitor(
          backlogs,
          view,
          NOW,
          Duration.ofSeconds(1),
          Duration.ofSeconds(10),
          Duration.ofSeconds(5));

  @Test
  void samplesEveryDeclaredLaneAndTheCoordinatorsTopics() throws Exception {
    view.put(new Lane("cpu", "host-cpu", 0, 1));
    backlogs.give("cpu", 3);

    monitor.sample();

    assertThat(monitor.latest().lanes()).hasSize(1);
    assertThat(monitor.latest().lanes().getFirst().waiting()).isEqualTo(3);
    assertThat(monitor.latest().topics())
        .extracting(lag -> lag.queue().group())
        .containsExactly("sluice-ledger-lag", "sluice-fold-lag");
  }

  @Test
  void aWorkerThatFellSilentHoldsNothing() throws Exception {
    view.put(new Lane("cpu", "host-cpu", 0, 1));
    view.fleet().put(Samples.heartbeat("alive", "cpu", 1, 0, 1), 9_000);
    view.fleet().put(Samples.heartbeat("silent", "cpu", 1, 0, 1), 1_000);
    view.fleet().put(Samples.heartbeat("elsewhere", "npu", 1, 0, 1), 9_000);
    backlogs.give("cpu", 3);

    monitor.sample();

    assertThat(monitor.latest().lanes().getFirst().running()).isEqualTo(1);
    assertThat(monitor.latest().lanes().getFirst().waiting()).isEqualTo(2);
  }

  @Test
  void keepsTheLastSampleWhileTheClusterIsAway() throws Exception {
    monitor.sample();
    backlogs.away = true;

    assertThatThrownBy(monitor::sample).isInstanceOf(Backlogs.LagUnavailable.class);
    assertThat(monitor.latest().sampledMs()).isEqualTo(10_000);
  }

  @Test
  void theLedgerKeepsUpWhereItIsKnownThatNothingHasWaitedForLong() throws Exception {
    var within = Duration.ofSeconds(5);
    assertThat(monitor.ledgerKeepsUp(within)).as("nothing was sampled").isFalse();
    monitor.sample();
    assertThat(monitor.ledgerKeepsUp(within)).as("nothing waits").isTrue();
    backlogs.giveLedger(8_000L);
    monitor.sample();
    assertThat(monitor.ledgerKeepsUp(within)).as("it waits for 2 s").isTrue();
    backlogs.giveLedger(4_000L, 9_000L);
    monitor.sample();
    assertThat(monitor.ledgerKeepsUp(within)).as("it waits for 6 s").isFalse();
    backlogs.give(Queue.LEDGER.name(), 3);
    monitor.sample();
    assertThat(monitor.ledgerKeepsUp(within)).as("since when is not known").isFalse();
  }

  @Test
  void aDefectWhileSamplingIsSaidAndDoesNotEndTheSampling() throws Exception {
    backlogs.broken = true;
    try (var running = fast().start()) {
      await(() -> running.trouble().isPresent());
      assertThat(running.trouble().orElseThrow()).contains("Lag is not sampled", "a defect");

      backlogs.broken = false;
      await(() -> running.trouble().isEmpty() && running.latest().sampledMs() > 0);
    }
  }

  @Test
  void stopsWhenClosedAndClosesWhatItReadsWith() {
    monitor.start();
    monitor.close();

    assertThat(backlogs.closed).isTrue();
  }

  private LagMonitor fast() {
    return new LagMonitor(
        backlogs, view, NOW, Duration.ofMillis(5), Duration.ofSeconds(10), Duration.ofSeconds(5));
  }

  /** Looks again after every sample. */
  private void await(BooleanSupplier condition) throws InterruptedException {
    long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (!condition.getAsBoolean()) {
      var left = deadline - System.nanoTime();
      assertThat(backlogs.reads.tryAcquire(left, TimeUnit.NANOSECONDS)).as("in time").isTrue();
    }
  }

  private static final class FakeBacklogs implements Backlogs {
    private final Map<String, List<Backlog>> given = new HashMap<>();
    private final Semaphore reads = new Semaphore(0);
    private volatile boolean away;
    private volatile boolean broken;
    private volatile boolean closed;

    void give(String queue, int waiting) {
      given.put(queue, List.of(new Backlog("t", 0, 0, waiting, waiting, false, List.of())));
    }

    void giveLedger(Long... timestamps) {
      int waiting = timestamps.length;
      given.put(
          Queue.LEDGER.name(),
          List.of(new Backlog("t", 0, 0, waiting, waiting, true, List.of(timestamps))));
    }

    @Override
    public Map<String, List<Backlog>> read(List<Queue> queues) throws LagUnavailable {
      reads.release();
      if (broken) {
        throw new IllegalStateException("a defect");
      }
      if (away) {
        throw new LagUnavailable("read", new IllegalStateException("away"));
      }
      return given;
    }

    @Override
    public void close() {
      closed = true;
    }
  }
}
