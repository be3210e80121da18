package dev.sluice.planner;

/** When the jobs of a class arrive. */
public sealed interface Arrival {

  /**
   * At random, each independent of the others (a Poisson process), until the horizon.
   *
   * @param jobsPerHour mean rate
   */
  record Random(double jobsPerHour) implements Arrival {}

  /**
   * At equal intervals from the start to the horizon.
   *
   * @param jobs how many in all
   */
  record Even(long jobs) implements Arrival {}

  /**
   * All at once.
   *
   * @param jobs how many in all
   * @param hour when, in hours from the start
   */
  record Together(long jobs, double hour) implements Arrival {}

  /** How many jobs to expect within some hours. */
  default double expected(double hours) {
    return switch (this) {
      case Random(double jobsPerHour) -> jobsPerHour * hours;
      case Even(long jobs) -> jobs;
      case Together(long jobs, double hour) -> jobs;
    };
  }
}
