package dev.sluice.coordinator.shell;

import dev.sluice.platform.kafka.KafkaSettings;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Set;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/**
 * Reads committed records of stretches of partitions, one stretch after the other, in no group.
 * Used by one thread, but for {@link #wakeup}; closed when that has ended.
 */
final class StretchReader implements AutoCloseable {

  private static final Duration POLL = Duration.ofMillis(100);
  private static final long READ_NANOS_MAX = Duration.ofSeconds(10).toNanos();

  private final Consumer<String, ByteBuffer> consumer;

  StretchReader(KafkaSettings kafka) {
    this(new KafkaConsumer<>(kafka.committedScan()));
  }

  /**
   * @param consumer of committed records, closed with this
   */
  StretchReader(Consumer<String, ByteBuffer> consumer) {
    this.consumer = consumer;
  }

  /** Where a partition begins. */
  long beginning(TopicPartition partition) {
    return consumer.beginningOffsets(Set.of(partition)).getOrDefault(partition, 0L);
  }

  /** Where its committed records end. */
  long end(TopicPartition partition) {
    return consumer.endOffsets(Set.of(partition)).getOrDefault(partition, 0L);
  }

  /**
   * Reads until an end or until {@code each} has enough.
   *
   * @param each says whether it wants more
   * @return the offset up to which was read; markers of transactions count as read
   * @throws KafkaException where the end is not reached in time
   */
  long read(
      TopicPartition partition,
      long from,
      long end,
      Predicate<ConsumerRecord<String, ByteBuffer>> each) {
    if (from >= end) {
      return from;
    }
    consumer.assign(Set.of(partition));
    consumer.seek(partition, from);
    long beganNanos = System.nanoTime();
    while (consumer.position(partition) < end) {
      for (var record : consumer.poll(POLL)) {
        if (!each.test(record)) {
          return record.offset() + 1;
        }
      }
      if (System.nanoTime() - beganNanos > READ_NANOS_MAX) {
        throw new KafkaException(partition + " was not read in time.");
      }
    }
    return consumer.position(partition);
  }

  /** Ends what is being read, for another thread. */
  void wakeup() {
    consumer.wakeup();
  }

  @Override
  public void close() {
    consumer.close(CloseOptions.timeout(Duration.ZERO));
  }
}
