package dev.sluice.worker.export;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * The least and the greatest value of each tensor that is held in whole numbers.
 *
 * <p>Nothing is cut off. A percentile in place of the extremes makes steps finer and answers wrong
 * where it cuts; it pays off where a few values of an activation are a hundred times the others, as
 * in large language models (Dettmers et al., arXiv 2208.07339). The networks here are small, and
 * what their products add up averages a coarser step out: digits, whose scaled features reach 30
 * standard deviations, are classified as well as in floats.
 */
public final class ValueRanges {
  private final float[] least;
  private final float[] greatest;

  /**
   * @param tensors how many
   */
  public ValueRanges(int tensors) {
    this.least = new float[tensors];
    this.greatest = new float[tensors];
    Arrays.fill(least, Float.POSITIVE_INFINITY);
    Arrays.fill(greatest, Float.NEGATIVE_INFINITY);
  }

  /**
   * Takes answers of {@link Int8Model#observer}. Rows on which some value is not finite are left
   * out.
   *
   * @param answers n rows of 32-bit floats: all least values, then all greatest
   * @param n number of rows
   * @return rows taken
   */
  public int take(MemorySegment answers, int n) {
    int width = least.length;
    int taken = 0;
    for (long row = 0; row < n; row++) {
      if (!finite(answers, row * 2 * width, 2 * width)) {
        continue;
      }
      taken++;
      for (int i = 0; i < width; i++) {
        long at = row * 2 * width + i;
        least[i] = Math.min(least[i], answers.getAtIndex(ValueLayout.JAVA_FLOAT, at));
        greatest[i] = Math.max(greatest[i], answers.getAtIndex(ValueLayout.JAVA_FLOAT, at + width));
      }
    }
    return taken;
  }

  private static boolean finite(MemorySegment answers, long from, int count) {
    for (long at = from; at < from + count; at++) {
      if (!Float.isFinite(answers.getAtIndex(ValueLayout.JAVA_FLOAT, at))) {
        return false;
      }
    }
    return true;
  }

  /** Values of a tensor as whole numbers of 0 to 255: (q - zeroPoint) * scale. */
  Steps steps(int tensor) {
    // Zero must be exact: padding is made of it, and rectifying gives it.
    double low = Math.min(0, least[tensor]);
    double high = Math.max(0, greatest[tensor]);
    if (low == high) {
      return new Steps(1, 0);
    }
    float scale = (float) Math.max(Float.MIN_NORMAL, (high - low) / Steps.MAX);
    return new Steps(scale, (int) Math.clamp(Math.rint(-low / scale), 0, Steps.MAX));
  }

  /**
   * How a tensor is held.
   *
   * @param scale value of one step
   * @param zeroPoint the whole number that stands for zero
   */
  record Steps(float scale, int zeroPoint) {
    static final int MAX = 255;
  }
}
