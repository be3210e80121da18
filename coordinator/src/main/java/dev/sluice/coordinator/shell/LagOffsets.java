package dev.sluice.coordinator.shell;

import dev.sluice.schemas.topics.Groups;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the brokers how far a group has come, for lag only: a takeover reads the cursor that is
 * stored with the state. One that fails is made up for by the next. It goes to {@link Groups#lag},
 * where nobody is fenced: of two who think that they own a partition, the last one is believed.
 */
final class LagOffsets {

  private static final Logger LOG = LoggerFactory.getLogger(LagOffsets.class);

  /** What is done counts as waiting for no longer than this, as a rule. */
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

  private final Admin admin;
  private final String group;
  private KafkaFuture<Void> last = KafkaFuture.completedFuture(null);
  private long toldNanos = System.nanoTime();

  /**
   * @param group the group that shares the topic
   */
  LagOffsets(Admin admin, String group) {
    this.admin = admin;
    this.group = Groups.lag(group);
  }

  /** Whether it is time to tell again. One at a time is on its way. */
  boolean due() {
    return System.nanoTime() - toldNanos >= PAUSE_NANOS && last.isDone();
  }

  /**
   * Tells.
   *
   * @param topic topic that the group reads
   * @param next offset of the next record, by partition
   * @param waits what that record waits for, in plain words, for partitions where it does
   */
  void tell(String topic, Map<Integer, Long> next, Map<Integer, String> waits) {
    toldNanos = System.nanoTime();
    if (next.isEmpty()) {
      return;
    }
    var offsets = new HashMap<TopicPartition, OffsetAndMetadata>();
    next.forEach(
        (partition, offset) ->
            offsets.put(
                new TopicPartition(topic, partition),
                new OffsetAndMetadata(offset, waits.getOrDefault(partition, ""))));
    last =
        admin
            .alterConsumerGroupOffsets(group, offsets)
            .all()
            .whenComplete(
                (done, failure) -> {
                  if (failure != null) {
                    LOG.debug("Lag is not up to date: {}", failure.getMessage());
                  }
                });
  }
}
