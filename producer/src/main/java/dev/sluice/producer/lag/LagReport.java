package dev.sluice.producer.lag;

import java.util.List;

/**
 * All queues at one moment.
 *
 * @param sampledMs when, milliseconds since the epoch; 0 before the first sample
 * @param queues the queues, lanes first
 */
public record LagReport(long sampledMs, List<QueueLag> queues) {

  /** Before the first sample. */
  public static final LagReport NONE = new LagReport(0, List.of());

  public LagReport {
    queues = List.copyOf(queues);
  }

  /** The lanes. */
  public List<QueueLag> lanes() {
    return queues.stream().filter(lag -> lag.queue().kind() == Queue.Kind.LANE).toList();
  }

  /** The coordinator's topics. */
  public List<QueueLag> topics() {
    return queues.stream().filter(lag -> lag.queue().kind() == Queue.Kind.TOPIC).toList();
  }
}
