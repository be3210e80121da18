package dev.sluice.coordinator.runtime;

import org.jspecify.annotations.Nullable;

/**
 * What one partition's log leads to, from one takeover to the next failure. A {@link
 * PartitionRuntime} calls it: {@link #fence} and {@link #load} once and first, then the others, one
 * at a time. Whatever throws {@link Unavailable} ends it.
 *
 * @param <T> message that the log's records hold
 */
public interface Shard<T> {

  /**
   * Keeps the owner before from writing, and completes or aborts what it left open. Before that,
   * nothing that is stored is final.
   */
  void fence();

  /**
   * Reads what is stored.
   *
   * @param sameUpTo end of what is still the log that was read; {@link Long#MAX_VALUE}: all of it
   * @return where the log is to be read on
   */
  Position load(long sameUpTo);

  /** Whether it can handle records by now. */
  boolean ready();

  /**
   * Handles what has come.
   *
   * @param nowMs the time here, on a clock that only goes forward
   * @return what the record at {@link #position} waits for, in words; null: all was handled
   */
  @Nullable String handle(Source.Batch<T> batch, long nowMs);

  /** Stores what handling has led to; called after each {@link #handle}. */
  void commit();

  /**
   * Time has passed; never between {@link #handle} and {@link #commit}.
   *
   * @param nowMs as above
   */
  void tick(long nowMs);

  /**
   * How long records gather after a commit before they are handled, in milliseconds; 0: not at all.
   */
  long gatherMs();

  /** Whether somebody may wait for what the next record leads to. For any thread. */
  boolean isAwaited();

  /** Where it is. */
  Position position();

  /** How far {@link #load} is, in words; empty before and after. */
  String progress();

  /** Leaves the partition, or what is left of it after a failure. Throws nothing. */
  void close();
}
