package dev.sluice.planner;

import java.util.Arrays;

/**
 * Waiting times in bins that grow by a constant factor, so that a million of them take as much
 * memory as one; a quantile is right within two percent.
 */
final class WaitHistogram {

  private static final double LEAST_SECONDS = 1e-3;
  private static final int BINS_PER_DECADE = 64;

  /** As many as the longest wait needs. */
  private long[] bins = {};

  private long none;
  private long count;
  private double sum;
  private double most;

  void add(double seconds) {
    count++;
    sum += seconds;
    most = Math.max(most, seconds);
    if (seconds < LEAST_SECONDS) {
      none++;
    } else {
      int bin = (int) (BINS_PER_DECADE * Math.log10(seconds / LEAST_SECONDS));
      if (bin >= bins.length) {
        bins = Arrays.copyOf(bins, bin + BINS_PER_DECADE);
      }
      bins[bin]++;
    }
  }

  long count() {
    return count;
  }

  double most() {
    return most;
  }

  double mean() {
    return count == 0 ? 0 : sum / count;
  }

  /** The waiting time that a share of jobs does not exceed, in seconds. */
  double quantile(double share) {
    long rank = (long) Math.ceil(share * count);
    long below = none;
    if (rank <= below) {
      return 0;
    }
    for (int bin = 0; bin < bins.length; bin++) {
      below += bins[bin];
      if (below >= rank) {
        double middle = LEAST_SECONDS * Math.pow(10, (bin + 0.5) / BINS_PER_DECADE);
        return Math.min(middle, most);
      }
    }
    return most;
  }
}
