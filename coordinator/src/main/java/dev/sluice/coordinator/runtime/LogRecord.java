package dev.sluice.coordinator.runtime;

import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.DeadLetter;
import dev.sluice.schemas.wire.DeadLetterReason;

/**
 * A record of a partition's log.
 *
 * @param <T> message that it should hold
 */
public interface LogRecord<T> {

  /** Its place. */
  long offset();

  /** When the broker appended it, in milliseconds of the brokers' clock. */
  long appendedMs();

  /** Epoch of the leader that appended it; {@link Position#NO_EPOCH} where that is not known. */
  int leaderEpoch();

  /** Bytes of its key and value. */
  int bytes();

  /**
   * What it holds.
   *
   * @param nowMs the time here, on a clock that only goes forward
   */
  Content<T> read(long nowMs);

  /** Where it stands, as causes tell it. */
  String place();

  /**
   * A letter about it.
   *
   * @param jobId its job; empty where that is not known
   */
  DeadLetter letter(String jobId, DeadLetterReason reason, Cause cause);

  /** What a record was found to hold. */
  sealed interface Content<T> {

    /**
     * A message.
     *
     * @param message what it says
     */
    record Message<T>(T message) implements Content<T> {}

    /**
     * Nothing that can be read, for good.
     *
     * @param kind what it has in common with others, for the log; see {@code Grouped}
     * @param letter about it
     */
    record Unreadable<T>(String kind, DeadLetter letter) implements Content<T> {}

    /**
     * Nothing that can be read yet.
     *
     * @param what what it waits for, in words that go on after the partition's name
     */
    record Waiting<T>(String what) implements Content<T> {}
  }
}
