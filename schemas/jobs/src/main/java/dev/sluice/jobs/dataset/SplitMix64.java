package dev.sluice.jobs.dataset;

/**
 * The generator of Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators" (OOPSLA
 * 2014). Our own, because the order of samples is part of what makes a job reproducible and must
 * not change with the JDK.
 */
public final class SplitMix64 {
  private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

  private long state;

  private SplitMix64(long state) {
    this.state = state;
  }

  /** A generator whose draws depend on every key and on their order. */
  public static SplitMix64 keyed(long... keys) {
    return new SplitMix64(key(keys));
  }

  /** One well-mixed number from some keys. */
  static long key(long... keys) {
    long state = 0;
    for (long key : keys) {
      state = mix(state + GOLDEN_GAMMA) ^ mix(key + GOLDEN_GAMMA);
      state = mix(state + GOLDEN_GAMMA);
    }
    return state;
  }

  /** The next 64 bits. */
  public long next() {
    state += GOLDEN_GAMMA;
    return mix(state);
  }

  /**
   * A number in [0, bound); the bias of the multiplication (Lemire, arXiv 1805.10941) is below
   * bound / 2^64.
   */
  int below(int bound) {
    return (int) Math.unsignedMultiplyHigh(next(), bound);
  }

  /** 0, 1, ..., n-1 in random order (Fisher and Yates). */
  int[] permutation(int n) {
    int[] order = new int[n];
    for (int i = 0; i < n; i++) {
      order[i] = i;
    }
    for (int i = n - 1; i > 0; i--) {
      int j = below(i + 1);
      int swapped = order[i];
      order[i] = order[j];
      order[j] = swapped;
    }
    return order;
  }

  private static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
