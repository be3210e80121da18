package dev.sluice.coordinator.plan;

/**
 * Until when a fleet that keeps up is done: jobs that arrive last can't be done at the horizon, so
 * that the longest job's time and a twentieth of the horizon are granted after it.
 *
 * @param horizonSeconds when the last jobs arrive
 * @param graceSeconds what is granted
 */
record Deadline(double horizonSeconds, double graceSeconds) {

  private static final double SHARE = 0.05;

  static Deadline of(Scene scene) {
    double horizon = scene.mix().horizonSeconds();
    return new Deadline(horizon, new Costs(scene).longestSeconds() + SHARE * horizon);
  }

  double seconds() {
    return horizonSeconds + graceSeconds;
  }

  boolean kept(Tally tally) {
    return tally.makespanSeconds <= seconds();
  }
}
