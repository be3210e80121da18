package dev.sluice.producer.lag;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One queue at one moment.
 *
 * @param queue which queue
 * @param waiting records that nobody has taken
 * @param running records in hand; 0 for the coordinator's topics
 * @param oldestAgeMs age of the oldest waiting record; null where none waits or it isn't known
 * @param inPerSecond records that arrive, over the window
 * @param outPerSecond records that are finished, over the window
 * @param drainSeconds time until nothing waits at the present rate out; 0 where nothing waits, null
 *     where work waits and none is finished
 * @param peakWaiting most records waiting in any sample since this process started
 * @param partitions the same by partition
 * @param recent what waited in the latest samples, this one included, oldest first
 */
public record QueueLag(
    Queue queue,
    long waiting,
    long running,
    @Nullable Long oldestAgeMs,
    double inPerSecond,
    double outPerSecond,
    @Nullable Double drainSeconds,
    long peakWaiting,
    List<Backlog> partitions,
    List<Sample> recent) {

  /**
   * What waited at one time.
   *
   * @param atMs when, milliseconds since the epoch
   * @param waiting records that nobody had taken
   */
  public record Sample(long atMs, long waiting) {}

  public QueueLag {
    partitions = List.copyOf(partitions);
    recent = List.copyOf(recent);
  }

  /** Records waiting or in hand. */
  public long unfinished() {
    return partitions.stream().mapToLong(Backlog::unfinished).sum();
  }
}
