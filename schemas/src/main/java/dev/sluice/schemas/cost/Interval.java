package dev.sluice.schemas.cost;

/**
 * Where a measured rate is expected, with a probability of 80 % on devices and models like those
 * that the cost model was fitted to, and by judgement elsewhere.
 *
 * @param low samples a second
 * @param high samples a second
 * @param factor by how much the ends differ from the prediction, above 1; a predicted latency
 *     divided by it and multiplied with it gives the interval of the latency
 */
public record Interval(double low, double high, double factor) {

  /** The interval around a rate. */
  static Interval around(double rate, double factor) {
    return new Interval(rate / factor, rate * factor, factor);
  }
}
