package dev.sluice.worker.training;

/**
 * A term that this worker holds: an aligned group of shards, and the steps it is to advance.
 *
 * @param key which held task it is
 * @param shardFrom first shard; a multiple of shards
 * @param shards number of shards: a power of two
 * @param fromStep first step
 * @param toStep end of steps, exclusive
 * @param round round of terms
 * @param announceStep step at which the term counts as nearly done
 * @param endsAtMs time at which the term ends wherever it is
 */
public record TermGroup(
    String key,
    int shardFrom,
    int shards,
    long fromStep,
    long toStep,
    long round,
    long announceStep,
    long endsAtMs) {

  public TermGroup {
    if (shards < 1 || Integer.bitCount(shards) != 1) {
      throw new IllegalArgumentException(shards + " shards are not a power of two");
    }
    if (shardFrom < 0 || shardFrom % shards != 0) {
      throw new IllegalArgumentException(
          "a group of " + shards + " shards cannot begin at shard " + shardFrom);
    }
    if (fromStep < 0 || toStep < fromStep) {
      throw new IllegalArgumentException("steps " + fromStep + " to " + toStep + " are no term");
    }
  }

  /** Whether this group sends the job's initial vector. */
  public boolean sendsInitialVector() {
    return shardFrom == 0 && fromStep == 0;
  }
}
