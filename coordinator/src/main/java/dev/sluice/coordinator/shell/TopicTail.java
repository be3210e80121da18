package dev.sluice.coordinator.shell;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/** Reads a partition from its beginning to its end, as recovery and audits do. */
public final class TopicTail {

  /** Longest time without any record while some are left. */
  private static final long STALL_NANOS_MAX = Duration.ofSeconds(60).toNanos();

  private static final Duration POLL = Duration.ofMillis(100);

  /** Wherever the partition begins. */
  private static final long BEGINNING = -1;

  private TopicTail() {}

  /** How far a reader is; for any thread. */
  static final class Progress {
    private volatile String words = "";

    private void at(TopicPartition partition, long offset, long end) {
      words =
          String.format(Locale.ROOT, "%s is read up to offset %,d of %,d", partition, offset, end);
    }

    private void done() {
      words = "";
    }

    @Override
    public String toString() {
      return words;
    }
  }

  /** As {@link #read(Map, TopicPartition, Consumer)}, telling how far it is. */
  static void read(
      Map<String, Object> settings,
      TopicPartition partition,
      Progress progress,
      Consumer<ConsumerRecord<String, ByteBuffer>> each) {
    readWhile(
        settings,
        partition,
        BEGINNING,
        progress,
        record -> {
          each.accept(record);
          return true;
        });
  }

  /**
   * Gives every committed record to {@code each}, in order.
   *
   * @throws KafkaException where the brokers stop answering before the end is reached
   */
  public static void read(
      Map<String, Object> settings,
      TopicPartition partition,
      Consumer<ConsumerRecord<String, ByteBuffer>> each) {
    readWhile(
        settings,
        partition,
        BEGINNING,
        record -> {
          each.accept(record);
          return true;
        });
  }

  /**
   * The same from an offset on, until {@code each} has enough.
   *
   * @param from first offset
   * @param each says whether it wants more
   * @throws org.apache.kafka.clients.consumer.InvalidOffsetException where the log is trimmed
   *     meanwhile beyond what was read
   */
  public static void readWhile(
      Map<String, Object> settings,
      TopicPartition partition,
      long from,
      Predicate<ConsumerRecord<String, ByteBuffer>> each) {
    readWhile(settings, partition, from, new Progress(), each);
  }

  private static void readWhile(
      Map<String, Object> settings,
      TopicPartition partition,
      long from,
      Progress progress,
      Predicate<ConsumerRecord<String, ByteBuffer>> each) {
    try (var consumer = new KafkaConsumer<String, ByteBuffer>(settings)) {
      consumer.assign(Set.of(partition));
      var end = consumer.endOffsets(Set.of(partition)).get(partition);
      if (from == BEGINNING) {
        consumer.seekToBeginning(Set.of(partition));
      } else {
        consumer.seek(partition, from);
      }
      long heardNanos = System.nanoTime();
      while (end != null && consumer.position(partition) < end) {
        progress.at(partition, consumer.position(partition), end);
        var records = consumer.poll(POLL);
        for (var record : records) {
          if (!each.test(record)) {
            return;
          }
        }
        if (!records.isEmpty()) {
          heardNanos = System.nanoTime();
        } else if (System.nanoTime() - heardNanos > STALL_NANOS_MAX) {
          throw new KafkaException("Nothing came from " + partition + " for a minute");
        }
      }
    } finally {
      progress.done();
    }
  }
}
