package dev.sluice.producer.lag;

import dev.sluice.schemas.kafka.KafkaSettings;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at the first unfinished records of partitions: how many there are, and how old. It takes
 * part in no group, reads a bounded number of records and gives up after a bounded time. Used by
 * one thread.
 */
final class Probe implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Probe.class);

  /** Records that are looked at in one partition. */
  static final int RECORDS_MAX = 500;

  /** Time for one look at all partitions. */
  private static final Duration LOOK_MAX = Duration.ofMillis(400);

  private static final Duration POLL = Duration.ofMillis(50);
  private static final int FETCH_BYTES = 1024 * 1024;

  /** What to look at: offsets from start up to end, exclusive. */
  record Stretch(TopicPartition partition, long start, long end) {}

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

  private final KafkaConsumer<String, ByteBuffer> consumer;

  Probe(KafkaSettings kafka) {
    var settings = new HashMap<>(kafka.committedScan());
    settings.put("max.partition.fetch.bytes", FETCH_BYTES);
    settings.put("fetch.max.bytes", 4 * FETCH_BYTES);
    this.consumer = new KafkaConsumer<>(settings);
  }

  Map<TopicPartition, Sight> look(List<Stretch> stretches) {
    if (stretches.isEmpty()) {
      return Map.of();
    }
    var seen = new HashMap<TopicPartition, List<Long>>();
    var complete = new HashSet<TopicPartition>();
    var open = new ArrayList<>(stretches);
    try {
      consumer.assign(stretches.stream().map(Stretch::partition).toList());
      stretches.forEach(stretch -> consumer.seek(stretch.partition(), stretch.start()));
      long deadline = System.nanoTime() + LOOK_MAX.toNanos();
      while (!open.isEmpty() && System.nanoTime() < deadline) {
        var records = consumer.poll(POLL);
        for (var stretch : List.copyOf(open)) {
          var timestamps = seen.computeIfAbsent(stretch.partition(), p -> new ArrayList<>());
          for (var record : records.records(stretch.partition())) {
            if (record.offset() < stretch.end()) {
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

  @Override
  public void close() {
    consumer.close();
  }
}
