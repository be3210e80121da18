package dev.sluice.deploy.fuzz;

import java.util.List;
import java.util.SplittableRandom;

/** Choices from a seed. */
final class Dice {
  private static final long[] EDGES = {
    0,
    1,
    -1,
    2,
    127,
    128,
    255,
    256,
    65_535,
    65_536,
    Short.MIN_VALUE,
    Integer.MAX_VALUE,
    Integer.MIN_VALUE,
    1L << 31,
    1L << 32,
    1L << 53,
    Long.MAX_VALUE,
    Long.MIN_VALUE,
  };

  private static final double[] NUMBERS = {
    0,
    -0.0,
    1,
    -1,
    0.5,
    1e-320,
    1e308,
    -1e308,
    Double.MAX_VALUE,
    Double.MIN_VALUE,
    Double.NaN,
    Double.POSITIVE_INFINITY,
    Double.NEGATIVE_INFINITY,
  };

  private final SplittableRandom random;

  Dice(long seed, String target, long number) {
    // Constants of SplitMix64: neighbouring cases must not resemble each other.
    long mixed = seed * 0x9E3779B97F4A7C15L + target.hashCode() * 0xBF58476D1CE4E5B9L + number;
    random = new SplittableRandom(mixed * 0x94D049BB133111EBL);
  }

  /** A number below a bound. */
  int below(int bound) {
    return random.nextInt(Math.max(1, bound));
  }

  /** Whether one in so many comes true. */
  boolean oneIn(int n) {
    return below(n) == 0;
  }

  <T> T of(List<T> choices) {
    return choices.get(below(choices.size()));
  }

  byte aByte() {
    return (byte) random.nextInt();
  }

  byte[] bytes(int n) {
    var bytes = new byte[n];
    random.nextBytes(bytes);
    return bytes;
  }

  /** Any number, and more often one at which something ends. */
  long number() {
    return switch (below(4)) {
      case 0 -> EDGES[below(EDGES.length)];
      case 1 -> random.nextLong();
      case 2 -> below(10);
      default -> below(100_000) - 1_000L;
    };
  }

  double real() {
    return switch (below(4)) {
      case 0 -> NUMBERS[below(NUMBERS.length)];
      case 1 -> Double.longBitsToDouble(random.nextLong());
      case 2 -> random.nextDouble();
      default -> random.nextDouble() * 1_000 - 100;
    };
  }
}
