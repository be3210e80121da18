package dev.sluice.coordinator.shell;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the brokers how far a group has come, for lag only: a takeover reads the cursor that is
 * stored with the state. So a commit that fails, as it does while others join or leave the group,
 * does no harm.
 */
final class LagOffsets {

  private static final Logger LOG = LoggerFactory.getLogger(LagOffsets.class);

  /** What is done counts as waiting for no longer than this. */
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

  private final KafkaConsumer<?, ?> consumer;
  private long toldNanos = System.nanoTime();

  LagOffsets(KafkaConsumer<?, ?> consumer) {
    this.consumer = consumer;
  }

  /** Whether it is time to tell again. */
  boolean due() {
    return System.nanoTime() - toldNanos >= PAUSE_NANOS;
  }

  /**
   * Tells.
   *
   * @param topic topic that the group reads
   * @param next offset of the next record, by partition
   */
  void tell(String topic, Map<Integer, Long> next) {
    toldNanos = System.nanoTime();
    var offsets = new HashMap<TopicPartition, OffsetAndMetadata>();
    next.forEach(
        (partition, offset) ->
            offsets.put(new TopicPartition(topic, partition), new OffsetAndMetadata(offset)));
    consumer.commitAsync(
        offsets,
        (committed, failure) -> {
          if (failure != null) {
            LOG.debug("Lag is not up to date: {}", failure.getMessage());
          }
        });
  }
}
