package dev.sluice.planner;

import java.util.List;

/**
 * The jobs of some hours.
 *
 * @param name what to call it
 * @param source where its figures come from; may be empty
 * @param note what else to know; may be empty
 * @param hours time in which jobs arrive, in hours
 * @param seed of the arrivals that are at random
 * @param jobs at least one class, in the order of the file
 */
public record JobMix(
    String name, String source, String note, double hours, long seed, List<JobClass> jobs) {

  /** Jobs that a mix may be expected to have; the launcher's heap holds so many that wait. */
  public static final long JOBS_MAX = 10_000_000;

  static final double SECONDS_PER_HOUR = 3600;

  public JobMix {
    jobs = List.copyOf(jobs);
    if (jobs.isEmpty()) {
      throw new IllegalArgumentException("A mix has at least one class of jobs.");
    }
  }

  /** Time in which jobs arrive, in seconds. */
  public double horizonSeconds() {
    return hours * SECONDS_PER_HOUR;
  }
}
