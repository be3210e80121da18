package dev.sluice.coordinator.shell;

import dev.sluice.schemas.topics.Topic;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListShareGroupOffsetsSpec;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How much waits in each lane, for placement: sampled once a second beside the ledger, which never
 * waits for it. A sample counts records that are not acknowledged, those in hand included, and a
 * transaction's markers; that is near enough to tell a long queue from a short one.
 */
final class LaneLag implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(LaneLag.class);
  private static final long SAMPLE_MS = 1_000;
  private static final long ADMIN_SECONDS_MAX = 10;

  private final Admin admin;
  private final Supplier<Set<String>> lanes;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Thread thread;
  private volatile Map<String, Long> waiting = Map.of();

  /**
   * @param lanes which lanes there are
   */
  LaneLag(Admin admin, Supplier<Set<String>> lanes) {
    this.admin = admin;
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

  private void sample() throws InterruptedException {
    var counts = new HashMap<String, Long>();
    for (var lane : lanes.get()) {
      try {
        counts.put(lane, waiting(lane));
      } catch (ExecutionException | TimeoutException | KafkaException e) {
        LOG.debug("The lag of lane {} is not known: {}", lane, e.toString());
      }
    }
    waiting = Map.copyOf(counts);
  }

  private long waiting(String lane)
      throws InterruptedException, ExecutionException, TimeoutException {
    var partitions = Topic.tasks(lane).stream().map(topic -> new TopicPartition(topic, 0)).toList();
    var group = Topic.shareGroup(lane);
    var offsets =
        admin
            .listShareGroupOffsets(
                Map.of(group, new ListShareGroupOffsetsSpec().topicPartitions(partitions)))
            .partitionsToOffsetInfo(group)
            .get(ADMIN_SECONDS_MAX, TimeUnit.SECONDS);
    var starts = ends(partitions, OffsetSpec.earliest());
    var ends = ends(partitions, OffsetSpec.latest());
    long sum = 0;
    for (var partition : partitions) {
      var info = offsets.get(partition);
      long first = starts.getOrDefault(partition, 0L);
      long end = ends.getOrDefault(partition, first);
      long start = info == null ? first : Math.max(first, info.startOffset());
      // Without lag before the first acknowledgement: nothing is finished then.
      long span = Math.max(0, end - start);
      sum += info == null ? span : info.lag().orElse(span);
    }
    return sum;
  }

  private Map<TopicPartition, Long> ends(List<TopicPartition> partitions, OffsetSpec which)
      throws InterruptedException, ExecutionException, TimeoutException {
    var asked = new HashMap<TopicPartition, OffsetSpec>();
    partitions.forEach(partition -> asked.put(partition, which));
    var found = new HashMap<TopicPartition, Long>();
    admin
        .listOffsets(asked)
        .all()
        .get(ADMIN_SECONDS_MAX, TimeUnit.SECONDS)
        .forEach((partition, info) -> found.put(partition, info.offset()));
    return found;
  }

  @Override
  public void close() {
    closing.countDown();
    Stopping.join(thread);
  }
}
