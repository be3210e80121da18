package dev.sluice.worker.training;

import java.util.Arrays;

/**
 * How long a job is worth waiting for before this worker looks for other work meanwhile. What
 * counts as long depends on how long the job's steps take: a slow peer is waited for, a dead one is
 * not.
 */
public final class Patience {

  /** A job that has not moved for this many of its usual steps has stalled. */
  private static final int STEPS_WAITED = 4;

  private static final int STEPS_REMEMBERED = 9;

  private final long leastMs;
  private final long[] intervalsMs = new long[STEPS_REMEMBERED];
  private int intervals;
  private long movedMs;

  /**
   * @param leastMs shortest wait that counts as a stall, in milliseconds
   * @param nowMs the time
   */
  public Patience(long leastMs, long nowMs) {
    this.leastMs = leastMs;
    this.movedMs = nowMs;
  }

  /** A step was computed. */
  public void moved(long nowMs) {
    intervalsMs[intervals++ % STEPS_REMEMBERED] = nowMs - movedMs;
    movedMs = nowMs;
  }

  /** Waiting begins anew: there was nothing to wait for until now. */
  public void restarted(long nowMs) {
    movedMs = nowMs;
  }

  /** Since when nothing has moved. */
  public long movedMs() {
    return movedMs;
  }

  /** Whether the job has stalled. */
  public boolean exhausted(long nowMs) {
    return nowMs - movedMs >= waitMs();
  }

  private long waitMs() {
    if (intervals == 0) {
      return leastMs;
    }
    // The median: one long wait, such as for a worker that died, does not make the next one longer.
    var known = Arrays.copyOf(intervalsMs, Math.min(intervals, STEPS_REMEMBERED));
    Arrays.sort(known);
    return Math.max(leastMs, STEPS_WAITED * known[known.length / 2]);
  }
}
