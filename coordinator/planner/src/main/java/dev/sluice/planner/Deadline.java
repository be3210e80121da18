package dev.sluice.planner;

/**
 * By when the last job has started on a fleet that keeps up: soon after the last arrival, so that
 * no queue outlives the time in which jobs arrive. Starts are judged and not ends, as a long job
 * that runs is no sign of a queue, and on a slow device that it chose itself neither.
 *
 * @param horizonSeconds when the last jobs arrive
 */
record Deadline(double horizonSeconds) {

  private static final double SHARE = 0.05;

  static Deadline of(Scene scene) {
    return new Deadline(scene.mix().horizonSeconds());
  }

  /** How soon after the last arrival. */
  double graceSeconds() {
    return SHARE * horizonSeconds;
  }

  boolean kept(Tally tally) {
    for (int job = 0; job < tally.startedLast.length; job++) {
      if (!kept(tally, job)) {
        return false;
      }
    }
    return true;
  }

  /** Whether the jobs of one class have all started. */
  boolean kept(Tally tally, int job) {
    return tally.startedLast[job] <= horizonSeconds + graceSeconds();
  }
}
