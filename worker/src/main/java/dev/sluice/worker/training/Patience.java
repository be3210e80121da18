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

  /** Within a step that has stalled, further waits are so much shorter. */
  private static final int IMPATIENCE = 5;

  private final long leastMs;
  private final long[] intervalsMs = new long[STEPS_REMEMBERED];
  private int intervals;
  private long movedMs;
  private boolean helped;

  /**
   * @param leastMs shortest wait that counts as a stall, in milliseconds
   * @param nowMs the time
   */
  public Patience(long leastMs, long nowMs) {
    this.leastMs = leastMs;
    this.movedMs = nowMs;
  }

  /** The next step was computed. */
  public void moved(long nowMs) {
    helped = false;
    intervalsMs[intervals++ % STEPS_REMEMBERED] = nowMs - movedMs;
    movedMs = nowMs;
  }

  /**
   * This worker has computed a further part of the same step. If that was all that was missing, the
   * step ends about now. If not, further workers have gone, and the full wait need not pass for
   * each of them.
   */
  public void helped(long nowMs) {
    helped = true;
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
    return nowMs - movedMs >= (helped ? waitMs() / IMPATIENCE : waitMs());
  }

  private long waitMs() {
    if (intervals == 0) {
      return leastMs;
    }
    // The lower quartile: long waits, for a worker that died or that has become slow, don't make
    // the next ones longer, and a single short step, of a worker that catches up, not shorter.
    var known = Arrays.copyOf(intervalsMs, Math.min(intervals, STEPS_REMEMBERED));
    Arrays.sort(known);
    return Math.max(leastMs, STEPS_WAITED * known[known.length / 4]);
  }
}
