package dev.sluice.producer.lag;

import dev.sluice.platform.kafka.KafkaSettings;
import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.codec.Decoded;
import dev.sluice.schemas.wire.Task;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at the first unfinished records of partitions: how many there are, and how old. It takes
 * part in no group, reads a bounded number of records and gives up after a bounded time. Used by
 * one thread.
 */
final class LagProbe implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(LagProbe.class);

  /** Records that are counted in one partition. */
  static final int RECORDS_MAX = 500;

  /** Records of a partition whose tasks are remembered; others are read with each look. */
  private static final int NAMED_MAX = 10_000;

  /** Time for one look at all partitions. */
  private static final Duration LOOK_MAX = Duration.ofMillis(400);

  private static final Duration POLL = Duration.ofMillis(50);
  private static final int FETCH_BYTES = 1024 * 1024;

  /**
   * What to look at.
   *
   * @param start first offset
   * @param end end of offsets, exclusive
   * @param lane lane whose tasks these are; null: records of any kind, which all count
   */
  record Stretch(TopicPartition partition, long start, long end, @Nullable String lane) {}

  /** A task, as far as it takes to know whether it is open. */
  private record Named(String jobId, String taskId, int attempt) {

    /** Of what can't be read it is not known; a worker will see. */
    private static final Named UNKNOWN = new Named("", "", 0);
  }

  /**
   * What was seen.
   *
   * @param timestamps when the records were appended, in order
   * @param complete whether these are all records of the stretch
   */
  record Sight(List<Long> timestamps, boolean complete) {
    Sight {
      timestamps = List.copyOf(timestamps);
    }
  }

  private final Codec codec;
  private final LiveTasks live;
  private final KafkaConsumer<String, ByteBuffer> consumer;

  /** By offset; each is read once, however often it is looked at. */
  private final Map<TopicPartition, TreeMap<Long, Named>> named = new HashMap<>();

  LagProbe(KafkaSettings kafka, Codec codec, LiveTasks live) {
    this.codec = codec;
    this.live = live;
    var settings = new HashMap<>(kafka.committedScan());
    settings.put("max.partition.fetch.bytes", FETCH_BYTES);
    settings.put("fetch.max.bytes", 4 * FETCH_BYTES);
    this.consumer = new KafkaConsumer<>(settings);
  }

  Map<TopicPartition, Sight> look(List<Stretch> stretches) {
    named.keySet().retainAll(stretches.stream().map(Stretch::partition).toList());
    if (stretches.isEmpty()) {
      return Map.of();
    }
    var seen = new HashMap<TopicPartition, List<Long>>();
    var complete = new HashSet<TopicPartition>();
    var open = new ArrayList<>(stretches);
    try {
      consumer.assign(stretches.stream().map(Stretch::partition).toList());
      for (var stretch : stretches) {
        consumer.seek(stretch.partition(), stretch.start());
        named.getOrDefault(stretch.partition(), new TreeMap<>()).headMap(stretch.start()).clear();
      }
      long deadline = System.nanoTime() + LOOK_MAX.toNanos();
      while (!open.isEmpty() && System.nanoTime() < deadline) {
        var records = consumer.poll(POLL);
        for (var stretch : List.copyOf(open)) {
          var timestamps = seen.computeIfAbsent(stretch.partition(), p -> new ArrayList<>());
          for (var record : records.records(stretch.partition())) {
            if (record.offset() < stretch.end() && counts(record, stretch.lane())) {
              timestamps.add(record.timestamp());
            }
          }
          boolean atEnd = consumer.position(stretch.partition()) >= stretch.end();
          if (atEnd) {
            complete.add(stretch.partition());
          }
          if (atEnd || timestamps.size() >= RECORDS_MAX) {
            open.remove(stretch);
            consumer.pause(List.of(stretch.partition()));
          }
        }
      }
    } catch (KafkaException e) {
      // Trimmed or moved under us: what was seen stands, the next look begins anew.
      LOG.debug("a look at the queues ended early", e);
    } finally {
      consumer.unsubscribe();
    }
    var sights = new HashMap<TopicPartition, Sight>();
    seen.forEach(
        (partition, timestamps) ->
            sights.put(partition, new Sight(timestamps, complete.contains(partition))));
    return sights;
  }

  /**
   * Tasks that a cancelled job has left in a lane do not count, whether or not a worker comes to
   * drop them.
   */
  private boolean counts(ConsumerRecord<String, ByteBuffer> record, @Nullable String lane) {
    if (lane == null) {
      return true;
    }
    var known =
        named.computeIfAbsent(
            new TopicPartition(record.topic(), record.partition()), p -> new TreeMap<>());
    var task =
        known.size() < NAMED_MAX
            ? known.computeIfAbsent(record.offset(), offset -> read(record))
            : read(record);
    return live.isOpen(lane, task.jobId, task.taskId, task.attempt);
  }

  private Named read(ConsumerRecord<String, ByteBuffer> record) {
    return record.value() != null
            && codec.decode(Task.class, record.value()) instanceof Decoded.Message<Task>(var task)
        ? new Named(task.jobId(), task.taskId(), task.attempt())
        : Named.UNKNOWN;
  }

  @Override
  public void close() {
    consumer.close();
  }
}
