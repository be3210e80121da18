package dev.sluice.coordinator.shell;

import dev.sluice.coordinator.runtime.Position;
import org.apache.kafka.common.TopicPartition;

/** Logs that all begin and end at the same offsets. */
record FixedLogs(long beginning, long end) implements Logs {

  @Override
  public Bounds bounds(TopicPartition log) {
    return new Bounds(beginning, end);
  }

  @Override
  public long sameUpTo(TopicPartition log, Position read) {
    return Long.MAX_VALUE;
  }

  @Override
  public long written(TopicPartition log) {
    return end;
  }
}
