package dev.sluice.producer.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What waits in a queue.
 *
 * @param name the lane, or the topic
 * @param group group whose progress counts
 * @param waiting records that nobody has taken
 * @param running records in hand
 * @param oldestAgeMs age of the oldest waiting record; null where none waits
 * @param inPerSecond records that arrive
 * @param outPerSecond records that are finished
 * @param drainSeconds time until nothing waits; null where work waits and none is finished
 * @param peak most records waiting in any sample since the producer started
 * @param partitions the same by partition
 */
public record QueueView(
    String name,
    String group,
    long waiting,
    long running,
    @Nullable Long oldestAgeMs,
    double inPerSecond,
    double outPerSecond,
    @Nullable Double drainSeconds,
    long peak,
    List<PartitionView> partitions) {

  /**
   * One partition.
   *
   * @param topic topic
   * @param partition partition
   * @param unfinished records waiting or in hand
   * @param exact whether they were counted one by one; otherwise markers of transactions may be
   *     among them
   */
  public record PartitionView(String topic, int partition, long unfinished, boolean exact) {}
}
