package dev.sluice.accelerators.cost;

/**
 * A range that is expected to hold a measured value in four of five cases.
 *
 * @param low its lower end
 * @param high its upper end
 */
public record Interval(double low, double high) {

  public Interval {
    if (!(low >= 0 && low <= high)) {
      throw new IllegalArgumentException(
          "A range has two ends in order, not " + low + " and " + high + ".");
    }
  }

  /** The range from a k-th of a value to k times it. */
  static Interval around(double value, double k) {
    return new Interval(value / k, value * k);
  }
}
