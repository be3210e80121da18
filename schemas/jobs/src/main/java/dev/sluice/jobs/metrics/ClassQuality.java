package dev.sluice.jobs.metrics;

import dev.sluice.schemas.wire.Measured;

/**
 * How well one class is told from the others.
 *
 * @param rows rows whose label it is
 * @param precision share of right ones among the rows answered with it; 0 where there are none
 * @param recall share of right ones among the rows whose label it is; 0 where there are none
 * @param f1 harmonic mean of both
 * @param occurs whether a label or an answer names it
 */
public record ClassQuality(long rows, double precision, double recall, double f1, boolean occurs) {

  /**
   * From counts.
   *
   * @param id one of the classes that were counted
   */
  public static ClassQuality of(Measured measured, int id) {
    long actual = measured.actual().get(id);
    long predicted = measured.predicted().get(id);
    long right = measured.right().get(id);
    return new ClassQuality(
        actual,
        share(right, predicted),
        share(right, actual),
        share(2 * right, actual + predicted),
        actual + predicted > 0);
  }

  private static double share(long part, long all) {
    return all == 0 ? 0 : (double) part / all;
  }
}
