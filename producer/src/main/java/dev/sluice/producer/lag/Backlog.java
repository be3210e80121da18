package dev.sluice.producer.lag;

import java.util.List;

/**
 * What one partition holds for a group at one moment.
 *
 * @param topic topic
 * @param partition partition
 * @param start first offset that the group has not finished
 * @param end end of committed records
 * @param unfinished records that the group has not finished. Exact where {@code exact}; otherwise
 *     an upper bound, since every transaction leaves a marker that takes up an offset as well
 * @param exact whether the records themselves were counted
 * @param timestamps when the unfinished records were appended, oldest first, in milliseconds since
 *     the epoch on the broker's clock: all of them where exact, else at most the first
 */
public record Backlog(
    String topic,
    int partition,
    long start,
    long end,
    long unfinished,
    boolean exact,
    List<Long> timestamps) {

  public Backlog {
    if (unfinished < 0) {
      throw new IllegalArgumentException("unfinished must not be negative: " + unfinished);
    }
    timestamps = List.copyOf(timestamps);
  }
}
