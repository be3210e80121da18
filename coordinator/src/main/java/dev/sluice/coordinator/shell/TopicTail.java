package dev.sluice.coordinator.shell;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
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

  /** What a reader of committed records waits for where brokers give it nothing. */
  private static final String OPEN =
      "nothing comes: the brokers are slow, or another program's transaction is open";

  private static final String MEND =
      "Another program that has left a transaction open there is found by kafka-transactions.sh"
          + " describe-producers; its transaction ends with its time, or by kafka-transactions.sh"
          + " abort. One that brokers have lost track of is ended by coordinators.";

  /** Wherever the partition begins. */
  private static final long BEGINNING = -1;

  private TopicTail() {}

  /** How far a reader is; for any thread. */
  static final class Progress {
    private volatile String words = "";

    private void at(TopicPartition partition, long offset, long end, boolean waits) {
      words =
          String.format(
              Locale.ROOT,
              "%s is read up to offset %,d of %,d%s",
              partition,
              offset,
              end,
              waits ? ", where " + OPEN : "");
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
    readWhile(settings, partition, BEGINNING, progress, all(each));
  }

  /**
   * The same up to an end that is known, and no less. It may stand behind transactions that are
   * open: these are waited for, as what was committed behind them can't be read before.
   *
   * @param end as {@link Logs#written} has it
   * @throws KafkaException where nothing comes for too long, before the end is reached
   */
  static void readAll(
      Map<String, Object> settings,
      TopicPartition partition,
      long end,
      Progress progress,
      Consumer<ConsumerRecord<String, ByteBuffer>> each) {
    try (var consumer = new KafkaConsumer<String, ByteBuffer>(settings)) {
      readAll(consumer, partition, end, progress, System::nanoTime, each);
    }
  }

  /** The same with a consumer and a clock. */
  static void readAll(
      org.apache.kafka.clients.consumer.Consumer<String, ByteBuffer> consumer,
      TopicPartition partition,
      long end,
      Progress progress,
      LongSupplier nanos,
      Consumer<ConsumerRecord<String, ByteBuffer>> each) {
    consumer.assign(Set.of(partition));
    consumer.seekToBeginning(Set.of(partition));
    readWhile(consumer, partition, end, progress, nanos, all(each));
  }

  private static Predicate<ConsumerRecord<String, ByteBuffer>> all(
      Consumer<ConsumerRecord<String, ByteBuffer>> each) {
    return record -> {
      each.accept(record);
      return true;
    };
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
    readWhile(settings, partition, BEGINNING, all(each));
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
      if (end != null) {
        readWhile(consumer, partition, end, progress, System::nanoTime, each);
      }
    }
  }

  private static void readWhile(
      org.apache.kafka.clients.consumer.Consumer<String, ByteBuffer> consumer,
      TopicPartition partition,
      long end,
      Progress progress,
      LongSupplier nanos,
      Predicate<ConsumerRecord<String, ByteBuffer>> each) {
    try {
      long heardNanos = nanos.getAsLong();
      boolean waits = false;
      while (consumer.position(partition) < end) {
        progress.at(partition, consumer.position(partition), end, waits);
        var records = consumer.poll(POLL);
        for (var record : records) {
          if (!each.test(record)) {
            return;
          }
        }
        waits = records.isEmpty();
        if (!waits) {
          heardNanos = nanos.getAsLong();
        } else if (nanos.getAsLong() - heardNanos > STALL_NANOS_MAX) {
          throw new KafkaException(
              String.format(
                  Locale.ROOT,
                  "Nothing came from %s at offset %d for a minute. %s",
                  partition,
                  consumer.position(partition),
                  MEND));
        }
      }
    } finally {
      progress.done();
    }
  }
}
