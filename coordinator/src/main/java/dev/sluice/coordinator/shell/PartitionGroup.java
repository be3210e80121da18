package dev.sluice.coordinator.shell;

import dev.sluice.coordinator.runtime.PartitionRuntime;
import dev.sluice.coordinator.runtime.Position;
import dev.sluice.coordinator.runtime.Shard;
import dev.sluice.schemas.codec.SchemaWait;
import dev.sluice.schemas.topics.Topic;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The partitions of one topic that a consumer group gives to this process. One thread reads them
 * all and does nothing else, so that the group always hears of it; each partition is taken over and
 * handled by a thread of its own, so that none waits for another's brokers, and their transactions
 * are in flight together.
 *
 * @param <S> what runs a partition
 * @param <T> message that the topic holds
 */
final class PartitionGroup<S extends Shard<T>, T extends Record> implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(PartitionGroup.class);

  private static final Duration POLL = Duration.ofMillis(100);

  /** All partitions that are given up at once have this long to leave in good order. */
  private static final long LEAVE_NANOS_MAX = TimeUnit.SECONDS.toNanos(8);

  /**
   * A partition and what runs it.
   *
   * @param source where its records wait
   * @param thread runs it
   */
  private record Owned<S extends Shard<T>, T extends Record>(
      KafkaSource<T> source, PartitionThread<S, T> thread) {}

  /** Makes what decides on a partition's records, each time that it is taken over. */
  interface Shards<S> {
    /**
     * @param schemas how long records of this partition, and what is stored of it, wait for schemas
     */
    S shard(int partition, SchemaWait schemas);
  }

  private final String name;
  private final Topic topic;
  private final KafkaConsumer<String, ByteBuffer> consumer;
  private final Function<SchemaWait, KafkaRecord.Reading<T>> reading;
  private final Shards<S> shards;
  private final LagOffsets lag;
  private final Runnable eachTurn;
  private final Consumer<Throwable> onFailure;

  /** By partition: what has been waited for stays so when it is taken over again. */
  private final Map<Integer, SchemaWait> schemas = new HashMap<>();

  private final long schemaWaitMs;
  private final Map<Integer, Owned<S, T>> owned = new ConcurrentSkipListMap<>();
  private final Thread thread;
  private volatile boolean closed;

  /**
   * @param settings of the group's consumer
   * @param reading how records are read
   * @param schemaWaitMs how long one waits for a schema that is not known yet, in milliseconds
   * @param shards makes what decides on records
   * @param lag told how far partitions are
   * @param eachTurn done now and then by the thread that reads; it must not wait
   * @param onFailure told why, where this can't go on
   */
  PartitionGroup(
      String name,
      Topic topic,
      Map<String, Object> settings,
      Function<SchemaWait, KafkaRecord.Reading<T>> reading,
      long schemaWaitMs,
      Shards<S> shards,
      LagOffsets lag,
      Runnable eachTurn,
      Consumer<Throwable> onFailure) {
    this.name = name;
    this.topic = topic;
    this.reading = reading;
    this.schemaWaitMs = schemaWaitMs;
    this.shards = shards;
    this.lag = lag;
    this.eachTurn = eachTurn;
    this.onFailure = onFailure;
    consumer = new KafkaConsumer<>(settings);
    thread = Thread.ofPlatform().name(name).unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  /** Those that run now, by number. For any thread. */
  Map<Integer, S> active() {
    var active = new HashMap<Integer, S>();
    owned.forEach(
        (partition, one) -> {
          var shard = one.thread().runtime().active();
          if (shard != null) {
            active.put(partition, shard);
          }
        });
    return active;
  }

  private void run() {
    try {
      consumer.subscribe(List.of(topic.topicName()), new Ownership());
      while (!closed) {
        turn();
      }
    } catch (RuntimeException | Error e) {
      // The log holds everything; a coordinator that starts anew goes on from there.
      LOG.error("{} is read no further: {}", topic.topicName(), e.getMessage(), e);
      onFailure.accept(e);
    } finally {
      leave(List.copyOf(owned.keySet()));
      consumer.close();
    }
  }

  private void turn() {
    owned.forEach(this::steer);
    deliver(poll());
    owned.values().forEach(one -> one.thread().tellProgress());
    eachTurn.run();
    tellLag();
    gather();
  }

  /** Where records gather and nobody waits for any, they aren't read one by one either. */
  private void gather() {
    long ms = 0;
    for (var one : owned.values()) {
      var runtime = one.thread().runtime();
      var shard = runtime.active();
      if (shard == null || shard.isAwaited()) {
        return;
      }
      ms = Math.max(ms, runtime.gatherMs());
    }
    if (ms > 0 && !closed) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(ms));
    }
  }

  /** Has a partition read from where its thread wants it to be, or not at all. */
  private void steer(int partition, Owned<S, T> one) {
    var at = new TopicPartition(topic.topicName(), partition);
    var from = one.source().takeSought();
    if (from != null) {
      consumer.seek(at, offset(from));
    }
    if (one.source().flows()) {
      consumer.resume(List.of(at));
    } else {
      consumer.pause(List.of(at));
    }
  }

  private static OffsetAndMetadata offset(Position from) {
    return new OffsetAndMetadata(
        from.offset(),
        from.leaderEpoch() < 0 ? Optional.empty() : Optional.of(from.leaderEpoch()),
        "");
  }

  /** The next records; a partition whose log is not what was read has to be taken over anew. */
  private ConsumerRecords<String, ByteBuffer> poll() {
    try {
      return consumer.poll(POLL);
    } catch (WakeupException e) {
      return ConsumerRecords.empty(); // a partition's thread wants something
    } catch (InvalidOffsetException e) {
      LOG.error("The log is not what was read: {}", e.getMessage());
      for (var source : e.partitions()) {
        var one = owned.get(source.partition());
        park(source);
        if (one != null) {
          one.source().lose(Logs.partsAt(e, source), String.valueOf(e.getMessage()));
          one.thread().ring();
        }
      }
      return ConsumerRecords.empty();
    }
  }

  private void deliver(ConsumerRecords<String, ByteBuffer> records) {
    owned.forEach(
        (partition, one) -> {
          var at = new TopicPartition(topic.topicName(), partition);
          one.source()
              .deliver(
                  records.records(at),
                  position(records.nextOffsets().get(at)),
                  consumer.currentLag(at).orElse(1) == 0);
          if (!records.records(at).isEmpty()) {
            one.thread().ring();
          }
        });
  }

  private static @Nullable Position position(@Nullable OffsetAndMetadata next) {
    return next == null
        ? null
        : new Position(next.offset(), next.leaderEpoch().orElse(Position.NO_EPOCH));
  }

  private void tellLag() {
    if (lag.due()) {
      var next = new HashMap<Integer, Long>();
      var waits = new HashMap<Integer, String>();
      owned.forEach(
          (partition, one) -> {
            var runtime = one.thread().runtime();
            var at = runtime.position();
            if (at != null) {
              next.put(partition, at.offset());
              waits.put(partition, runtime.waiting());
            }
          });
      lag.tell(topic.topicName(), next, waits);
    }
  }

  /** Without a position the consumer would look for one, and may not find it. */
  private void park(TopicPartition source) {
    consumer.seek(source, 0);
    consumer.pause(List.of(source));
  }

  private void leave(Collection<Integer> partitions) {
    var left = new ArrayList<PartitionThread<S, T>>();
    for (int partition : partitions) {
      var one = owned.remove(partition);
      if (one != null) {
        one.thread().leave();
        left.add(one.thread());
      }
    }
    long deadline = System.nanoTime() + LEAVE_NANOS_MAX;
    for (var thread : left) {
      if (!thread.awaitEnd(deadline - System.nanoTime())) {
        LOG.warn("{} was not left in good order: it takes too long.", thread.name());
      }
    }
  }

  private Owned<S, T> open(int partition) {
    var one = name + "-" + partition;
    var waits = schemas.computeIfAbsent(partition, any -> new SchemaWait(schemaWaitMs));
    var source = new KafkaSource<>(reading.apply(waits), consumer::wakeup);
    var runtime =
        new PartitionRuntime<S, T>(
            () -> shards.shard(partition, waits),
            source,
            PartitionThread::nowMs,
            new RuntimeLog(one));
    return new Owned<>(source, new PartitionThread<>(one, runtime, onFailure));
  }

  private final class Ownership implements ConsumerRebalanceListener {

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> assigned) {
      for (var source : assigned) {
        park(source);
        var one = open(source.partition());
        owned.put(source.partition(), one);
        one.thread().start();
      }
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> revoked) {
      leave(revoked.stream().map(TopicPartition::partition).toList());
    }
  }

  /** Begins to give everything up; {@link #close} waits for it. */
  void leave() {
    closed = true;
    consumer.wakeup();
  }

  @Override
  public void close() {
    leave();
    if (thread.getState() == Thread.State.NEW) { // where what it belongs to could not start
      consumer.close();
    }
    Stopping.join(thread);
  }
}
