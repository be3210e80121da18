package dev.sluice.coordinator.shell;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/** Reads a partition from its beginning to its end, as recovery does. */
final class TopicTail {

  /** Longest time without any record while some are left. */
  private static final long STALL_NANOS_MAX = Duration.ofSeconds(60).toNanos();

  private static final Duration POLL = Duration.ofMillis(100);

  private TopicTail() {}

  /**
   * Gives every committed record to {@code each}, in order.
   *
   * @throws KafkaException where the brokers stop answering before the end is reached
   */
  static void read(
      Map<String, Object> settings,
      TopicPartition partition,
      Consumer<ConsumerRecord<String, ByteBuffer>> each) {
    try (var consumer = new KafkaConsumer<String, ByteBuffer>(settings)) {
      consumer.assign(Set.of(partition));
      var end = consumer.endOffsets(Set.of(partition)).get(partition);
      consumer.seekToBeginning(Set.of(partition));
      long heardNanos = System.nanoTime();
      while (end != null && consumer.position(partition) < end) {
        var records = consumer.poll(POLL);
        records.forEach(each);
        if (!records.isEmpty()) {
          heardNanos = System.nanoTime();
        } else if (System.nanoTime() - heardNanos > STALL_NANOS_MAX) {
          throw new KafkaException("Nothing came from " + partition + " for a minute");
        }
      }
    }
  }
}
