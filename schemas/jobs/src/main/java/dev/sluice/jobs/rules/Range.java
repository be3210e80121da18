package dev.sluice.jobs.rules;

import dev.sluice.schemas.problem.Problems;
import dev.sluice.schemas.wire.Code;

/**
 * The range of a number in a job, and how to say that a value is outside.
 *
 * @param name what the job file calls the number
 * @param min least value; with minOpen the first that is too small
 * @param max greatest value; with maxOpen the first that is too large
 * @param example a usual value
 */
record Range(
    String name, double min, boolean minOpen, double max, boolean maxOpen, String example) {
  /** Whole numbers from min to max. */
  static Range of(String name, long min, long max) {
    return new Range(name, min, false, max, false, Long.toString(min));
  }

  /** Numbers in [0, 1). */
  static Range share(String name, String example) {
    return new Range(name, 0, false, 1, true, example);
  }

  /** Finite numbers above 0. */
  static Range positive(String name, String example) {
    return new Range(name, 0, true, Double.MAX_VALUE, false, example);
  }

  /** Finite numbers from 0. */
  static Range nonNegative(String name, String example) {
    return new Range(name, 0, false, Double.MAX_VALUE, false, example);
  }

  /** Whether the value lies inside; adds a problem if it does not. NaN never does. */
  boolean check(String where, double value, Problems problems) {
    boolean above = minOpen ? value > min : value >= min;
    boolean below = maxOpen ? value < max : value <= max;
    if (above && below) {
      return true;
    }
    String lower = (minOpen ? "more than " : "at least ") + shown(min);
    String upper =
        max == Double.MAX_VALUE
            ? " and finite"
            : (maxOpen ? " and less than " : " and at most ") + shown(max);
    problems.add(
        Code.OUT_OF_RANGE,
        where,
        name + " is " + shown(value) + ".",
        "It must be " + lower + upper + ".",
        "Set it to " + example + ", for example.");
    return false;
  }

  private static String shown(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? Long.toString((long) value)
        : Double.toString(value);
  }
}
