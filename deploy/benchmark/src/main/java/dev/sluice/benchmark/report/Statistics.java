package dev.sluice.benchmark.report;

import java.util.Collection;

/** What many measurements of one thing amount to. */
public final class Statistics {
  private Statistics() {}

  /**
   * The smallest value that at least a share of all values do not exceed (nearest rank).
   *
   * @param values at least one
   * @param share in (0, 1]: 0.5 for the median, 0.99 for p99
   */
  public static double percentile(Collection<Double> values, double share) {
    if (values.isEmpty() || !(share > 0 && share <= 1)) {
      throw new IllegalArgumentException(values.size() + " values, share " + share);
    }
    var sorted = values.stream().sorted().toList();
    return sorted.get((int) Math.ceil(share * sorted.size()) - 1);
  }
}
