package dev.sluice.coordinator.shell;

import dev.sluice.platform.kafka.LaneOffsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How much waits in each lane, for placement: sampled once a second beside the ledger, which never
 * waits for it. A sample counts records that are not acknowledged, those in hand included, and a
 * transaction's markers; that is near enough to tell a long queue from a short one. Where the
 * brokers don't answer, the sample before stands.
 */
final class LaneLag implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(LaneLag.class);
  private static final long SAMPLE_MS = 1_000;
  private static final int ADMIN_SECONDS_MAX = 10;

  private final LaneOffsets offsets;
  private final Supplier<Set<String>> lanes;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Thread thread;
  private volatile Map<String, Long> waiting = Map.of();

  /**
   * @param lanes which lanes there are
   */
  LaneLag(Admin admin, Supplier<Set<String>> lanes) {
    offsets = new LaneOffsets(admin, ADMIN_SECONDS_MAX);
    this.lanes = lanes;
    thread = Thread.ofPlatform().name("lane-lag").daemon().unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  /** Tasks that were not acknowledged when last looked at, by lane. */
  Map<String, Long> waiting() {
    return waiting;
  }

  private void run() {
    try {
      while (!closing.await(SAMPLE_MS, TimeUnit.MILLISECONDS)) {
        sample();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void sample() {
    try {
      var counts = new HashMap<String, Long>();
      offsets
          .read(lanes.get())
          .forEach(
              (lane, standings) ->
                  counts.put(
                      lane, standings.stream().mapToLong(LaneOffsets.Standing::unfinished).sum()));
      waiting = Map.copyOf(counts);
    } catch (KafkaException e) {
      LOG.debug("The lag of lanes is not known: {}", e.getMessage());
    }
  }

  @Override
  public void close() {
    closing.countDown();
    Stopping.join(thread);
  }
}
