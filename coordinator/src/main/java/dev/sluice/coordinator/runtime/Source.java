package dev.sluice.coordinator.runtime;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The log of one partition, as its runtime reads it. Only committed records, in order.
 *
 * @param <T> message that its records hold
 */
public interface Source<T> {

  /**
   * What has come.
   *
   * @param records in the order of the log
   * @param next place after all of them, beyond whatever is no record of ours
   * @param end whether the log is known to hold nothing more for now
   */
  record Batch<T>(List<LogRecord<T>> records, Position next, boolean end) {}

  /** Reads on from a place; what has come and was not taken is void. */
  void seek(Position from);

  /** Reads nothing until the next {@link #seek}. */
  void stop();

  /**
   * Takes what has come since.
   *
   * @return null: nothing, and the reader has not moved
   * @throws Unavailable where the log is not the one that was read
   */
  @Nullable Batch<T> take();

  /** Whether as much has come as is taken at once. */
  boolean full();

  /**
   * End of what is still the log that was read, as far as the reader has found out since it was
   * asked last; {@link Long#MAX_VALUE} where nothing else is known.
   */
  long takeSameUpTo();
}
