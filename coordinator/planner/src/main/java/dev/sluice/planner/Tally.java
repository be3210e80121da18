package dev.sluice.planner;

/** What a simulation counts. */
final class Tally {

  final Series series;
  final long[] arrived;
  final long[] done;
  final WaitHistogram[] waits;

  /** Jobs of each class that ran on each lane. */
  final long[][] ran;

  final double[] busyDeviceSeconds;

  /** The same until the last job arrives. */
  final double[] busyWithinHorizon;

  final int[] waitingMost;

  /** Energy of each lane; not a number where a job's isn't known. */
  final double[] joules;

  /** Jobs of each class that had not started when the last arrived. */
  final long[] lateJobs;

  /** When the last job of each class started. */
  final double[] startedLast;

  final int[] waitingAtHorizon;

  /** What waits at the horizon, in seconds of all devices of a lane. */
  final double[] waitingSecondsAtHorizon;

  /**
   * By class and lane, the time for which a job was the next and devices were idle, and these were
   * too few for it.
   */
  final double[][] blockedSeconds;

  boolean horizonSeen;
  double wattsMost;
  double powerShortSeconds;
  double makespanSeconds;
  long events;

  /** Lanes looked at to place or start a job. */
  long looks;

  private final double horizonSeconds;
  private final int[] waitingNow;
  private final int[] busyNow;

  Tally(Scene scene, Series series) {
    int jobs = scene.mix().jobs().size();
    int lanes = scene.fleet().lanes().size();
    this.series = series;
    arrived = new long[jobs];
    done = new long[jobs];
    lateJobs = new long[jobs];
    ran = new long[jobs][lanes];
    waits = new WaitHistogram[jobs];
    for (int job = 0; job < jobs; job++) {
      waits[job] = new WaitHistogram();
    }
    busyDeviceSeconds = new double[lanes];
    busyWithinHorizon = new double[lanes];
    joules = new double[lanes];
    horizonSeconds = scene.mix().horizonSeconds();
    waitingMost = new int[lanes];
    startedLast = new double[jobs];
    waitingAtHorizon = new int[lanes];
    waitingSecondsAtHorizon = new double[lanes];
    blockedSeconds = new double[jobs][lanes];
    waitingNow = new int[lanes];
    busyNow = new int[lanes];
  }

  /** Notes that a job starts. */
  void started(int job, int lane, double now, double waited, Costs costs) {
    waits[job].add(waited);
    startedLast[job] = now;
    ran[job][lane]++;
    busyDeviceSeconds[lane] += costs.deviceSeconds(job, lane);
    double within = Math.clamp(horizonSeconds - now, 0, costs.seconds(job, lane));
    busyWithinHorizon[lane] += costs.devices(job, lane) * within;
    joules[lane] += costs.joules(job, lane);
  }

  void finished(int job, double now) {
    done[job]++;
    makespanSeconds = now;
  }

  void sample(LaneState[] lanes, double watts) {
    look(lanes);
    series.add(waitingNow, busyNow, watts);
  }

  /** Notes what has not started when no more jobs arrive. */
  void horizon(Arrivals arrivals, LaneState[] lanes) {
    horizonSeen = true;
    for (int job = 0; job < lateJobs.length; job++) {
      lateJobs[job] = arrivals.arrived(job) - waits[job].count();
    }
    for (int lane = 0; lane < lanes.length; lane++) {
      waitingAtHorizon[lane] = lanes[lane].waiting();
      waitingSecondsAtHorizon[lane] = lanes[lane].waitingSeconds();
    }
  }

  void end(double now, Arrivals arrivals, LaneState[] lanes, double watts) {
    for (int job = 0; job < arrived.length; job++) {
      arrived[job] = arrivals.arrived(job);
    }
    look(lanes);
    series.end(now, waitingNow, busyNow, watts);
  }

  private void look(LaneState[] lanes) {
    for (int lane = 0; lane < lanes.length; lane++) {
      waitingNow[lane] = lanes[lane].waiting();
      busyNow[lane] = lanes[lane].busy();
    }
  }
}
