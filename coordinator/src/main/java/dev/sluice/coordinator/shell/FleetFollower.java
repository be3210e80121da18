package dev.sluice.coordinator.shell;

import dev.sluice.coordinator.placement.Fleet;
import dev.sluice.platform.fleet.Roster;
import dev.sluice.platform.kafka.KafkaSettings;
import dev.sluice.platform.kafka.Unread;
import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.codec.Decoded;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.WorkerHeartbeat;
import dev.sluice.schemas.wire.WorkerLife;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows {@code sluice.fleet}: who is alive is who was heard of lately, by this process's clock.
 */
final class FleetFollower implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(FleetFollower.class);

  /** Most workers followed; the share group's own limit is far below. */
  private static final int WORKERS_MAX = 100_000;

  /**
   * Workers that left in good order and are remembered; a fleet that rolls has as many in minutes.
   */
  private static final int LEFT_MAX = 1_000;

  /** Silent for so long, a worker is taken off the list, where people have seen that it is gone. */
  private static final long GONE_MS = Duration.ofMinutes(10).toMillis();

  /** Three heartbeats of a worker. */
  private static final long SETTLED_NANOS = Duration.ofMillis(1_500).toNanos();

  /** Counting a large fleet takes milliseconds, and no more than this part of the time. */
  private static final int COUNTING_SHARE = 50;

  private static final Duration POLL = Duration.ofMillis(500);
  private static final long RETRY_NANOS = Duration.ofSeconds(1).toNanos();

  /** Most schemas of which it is said that they are not known. */
  private static final int STRANGE_MAX = 100;

  private final Codec codec;
  private final BiConsumer<ConsumerRecord<String, ByteBuffer>, Unread> passedOver;
  private final long silenceMs;
  private final Roster roster = new Roster(WORKERS_MAX);
  private final Set<WorkerLife> left = new HashSet<>();
  private final Queue<WorkerLife> leftFirst = new ArrayDeque<>();
  private final Set<Long> strange = new HashSet<>();
  private final KafkaConsumer<String, ByteBuffer> consumer;
  private final Thread thread;
  private long version = -1;
  private long countedNanos;
  private long countNanos;
  private volatile Fleet fleet = Fleet.EMPTY;
  private volatile boolean closed;
  private volatile @Nullable Long listeningNanos;

  FleetFollower(
      KafkaSettings kafka,
      Codec codec,
      int silenceMs,
      BiConsumer<ConsumerRecord<String, ByteBuffer>, Unread> passedOver) {
    this.codec = codec;
    this.passedOver = passedOver;
    this.silenceMs = silenceMs;
    consumer = new KafkaConsumer<>(kafka.uncommittedFollower());
    thread = Thread.ofPlatform().name("fleet").daemon().unstarted(this::follow);
  }

  void start() {
    thread.start();
  }

  /**
   * Who was alive when last looked: after each poll, but for the time that this takes.
   *
   * @param waiting what waits in each lane
   */
  Fleet fleet(Map<String, Long> waiting) {
    return fleet.waiting(waiting);
  }

  /** Whether whoever is alive has been heard of; before that, nothing should be placed. */
  boolean settled() {
    var since = listeningNanos;
    return since != null && System.nanoTime() - since >= SETTLED_NANOS;
  }

  /** Ids of workers that have been silent for so long that they won't come back; forgets them. */
  List<String> takeGone() {
    return roster.forgetSilent(nowMs() - GONE_MS);
  }

  private static long nowMs() {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
  }

  private void follow() {
    var partition = new TopicPartition(Topic.FLEET.topicName(), 0);
    consumer.assign(List.of(partition));
    // A heartbeat from before this process began says nothing about now.
    consumer.seekToEnd(List.of(partition));
    while (!closed) {
      try {
        if (listeningNanos == null) {
          consumer.position(partition); // asks the brokers, so it fails while they are away
          listeningNanos = System.nanoTime();
        }
        for (var record : consumer.poll(POLL)) {
          hear(record);
          version = record.offset();
        }
        count();
      } catch (WakeupException e) {
        LOG.debug("Woken to stop.");
      } catch (KafkaException e) {
        LOG.warn("Can't follow {}: {}", Topic.FLEET.topicName(), e.getMessage());
        LockSupport.parkNanos(RETRY_NANOS);
      }
    }
    consumer.close(CloseOptions.timeout(Duration.ZERO));
  }

  /**
   * Counts what the ledger asks of the fleet, beside the ledger and for all its decisions at once.
   */
  private void count() {
    long beganNanos = System.nanoTime();
    if (beganNanos - countedNanos < countNanos * COUNTING_SHARE) {
      return;
    }
    fleet =
        new Fleet(
            roster.since(nowMs() - silenceMs).stream().map(Roster.Heard::heartbeat).toList(),
            Map.of(),
            version,
            left);
    countedNanos = System.nanoTime();
    countNanos = countedNanos - beganNanos;
  }

  private void hear(ConsumerRecord<String, ByteBuffer> record) {
    if (record.key() == null) {
      passedOver.accept(record, Unread.because("It has no key, which would be the worker's id."));
      return;
    }
    if (record.value() == null) {
      roster.remove(record.key(), nowMs() - silenceMs).forEach(this::remember);
      return;
    }
    switch (codec.decode(WorkerHeartbeat.class, record.value())) {
      case Decoded.Message<WorkerHeartbeat>(var heartbeat) -> roster.hear(heartbeat, nowMs());
      case Decoded.Malformed<WorkerHeartbeat>(var why) ->
          passedOver.accept(record, Unread.because(why));
      case Decoded.UnknownSchema<WorkerHeartbeat>(long fingerprint) -> {
        // The next one comes in a moment, and its schema before that: said once, not twice a
        // second.
        if (strange.size() < STRANGE_MAX && strange.add(fingerprint)) {
          passedOver.accept(record, Unread.unknownSchema(fingerprint));
        }
      }
    }
  }

  private void remember(WorkerLife process) {
    if (left.add(process)) {
      leftFirst.add(process);
    }
    if (leftFirst.size() > LEFT_MAX) {
      left.remove(leftFirst.remove());
    }
  }

  @Override
  public void close() {
    closed = true;
    Stopping.end(thread, consumer);
  }
}
