package dev.sluice.producer.api;

import java.util.List;

/**
 * What waited of late, for curves.
 *
 * @param queues lanes and the coordinator's topics
 */
public record LagHistoryView(List<Curve> queues) {
  public LagHistoryView {
    queues = List.copyOf(queues);
  }

  /**
   * One queue's curve.
   *
   * @param name the lane, or the topic
   * @param samples pairs of time, in milliseconds since the epoch, and records waiting; oldest
   *     first
   */
  public record Curve(String name, List<long[]> samples) {
    public Curve {
      samples = List.copyOf(samples);
    }
  }
}
