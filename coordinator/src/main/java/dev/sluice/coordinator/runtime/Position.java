package dev.sluice.coordinator.runtime;

/**
 * A place in a partition's log.
 *
 * @param offset of the next record
 * @param leaderEpoch of the record before, by which the log is known to be the one that was read;
 *     {@link #NO_EPOCH} where that is not known
 */
public record Position(long offset, int leaderEpoch) {

  /** The leader epoch is not known. */
  public static final int NO_EPOCH = -1;

  /** A place in a log of which no more is known. */
  public static Position at(long offset) {
    return new Position(offset, NO_EPOCH);
  }
}
