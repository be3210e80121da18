package dev.sluice.planner;

import java.util.Arrays;

/**
 * What waits and works over time: a bounded number of samples at equal intervals. When they are
 * full, every other one is dropped and the interval doubles, so that the end need not be known.
 */
final class Series {

  static final int POINTS_MAX = 300;

  private final int[][] waiting;
  private final int[][] busy;
  private final double[] watts = new double[POINTS_MAX];
  private final double[] times = new double[POINTS_MAX];
  private double interval;
  private double next;
  private int points;

  Series(int lanes, double interval) {
    waiting = new int[lanes][POINTS_MAX];
    busy = new int[lanes][POINTS_MAX];
    this.interval = interval;
  }

  /** The time of the next sample. */
  double next() {
    return next;
  }

  /**
   * Takes a sample.
   *
   * @param waitingNow jobs that wait, by lane
   * @param busyNow devices that work, by lane
   * @param wattsNow what these draw at most
   */
  void add(int[] waitingNow, int[] busyNow, double wattsNow) {
    if (points == POINTS_MAX) {
      thin();
    }
    put(next, waitingNow, busyNow, wattsNow);
    next += interval;
  }

  /** Takes the last sample. */
  void end(double time, int[] waitingNow, int[] busyNow, double wattsNow) {
    if (points == POINTS_MAX) {
      thin();
    }
    put(time, waitingNow, busyNow, wattsNow);
  }

  private void put(double time, int[] waitingNow, int[] busyNow, double wattsNow) {
    for (int lane = 0; lane < waiting.length; lane++) {
      waiting[lane][points] = waitingNow[lane];
      busy[lane][points] = busyNow[lane];
    }
    watts[points] = wattsNow;
    times[points++] = time;
  }

  private void thin() {
    points /= 2;
    for (int point = 0; point < points; point++) {
      times[point] = times[2 * point];
      watts[point] = watts[2 * point];
      for (int lane = 0; lane < waiting.length; lane++) {
        waiting[lane][point] = waiting[lane][2 * point];
        busy[lane][point] = busy[lane][2 * point];
      }
    }
    interval *= 2;
    next = times[points - 1] + interval;
  }

  double[] times() {
    return Arrays.copyOf(times, points);
  }

  int[] waiting(int lane) {
    return Arrays.copyOf(waiting[lane], points);
  }

  int[] busy(int lane) {
    return Arrays.copyOf(busy[lane], points);
  }

  double[] watts() {
    return Arrays.copyOf(watts, points);
  }
}
