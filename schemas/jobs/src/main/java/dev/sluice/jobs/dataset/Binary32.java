package dev.sluice.jobs.dataset;

/**
 * Rounds short decimal numbers to binary32, to the bits that {@link Numerals#decimal} gives,
 * without exact arithmetic where it can't make a difference.
 *
 * <p>A number is rounded to binary64 and from there to binary32, as everywhere. With m digits as an
 * integer and a power of ten that binary64 holds exactly, m x 10^s has been rounded at most twice,
 * so the exact value lies within a few 2^-53 of it. Rounding is monotone: where both ends of that
 * interval round to one binary32 number, the exact value does. Else, about once in ten million
 * numbers, it takes a parser.
 */
final class Binary32 {
  /** Digits that fit into a long. */
  static final int DIGITS_MAX = 18;

  /** Powers of ten that binary64 holds exactly. */
  private static final double[] POWERS = {
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22
  };

  private static final double ERROR = 0x1p-50;

  /** Integers up to this are numbers of binary32. */
  private static final long EXACT_MAX = 1 << 24;

  private Binary32() {}

  /**
   * The number {@code digits x 10^scale}, which is not negative.
   *
   * @param digits at most {@link #DIGITS_MAX} decimal digits
   * @return NaN where it takes a parser, as for all that binary32 does not hold
   */
  static float of(long digits, int scale) {
    if (scale == 0 && digits <= EXACT_MAX) {
      return digits;
    }
    if (Math.abs(scale) >= POWERS.length) {
      return Float.NaN;
    }
    double near = scale < 0 ? digits / POWERS[-scale] : digits * POWERS[scale];
    float low = (float) (near - near * ERROR);
    return low == (float) (near + near * ERROR) && Float.isFinite(low) ? low : Float.NaN;
  }
}
