package dev.sluice.jobs.dataset;

import java.util.Locale;

/**
 * A decimal number of any size and length, to be put in order: its exact value is {@code sign *
 * 0.digits * 10^exponent}. Nothing is ever written out, so {@code 1e999999999} costs no more than
 * 1.
 *
 * @param sign -1, 0 or 1
 * @param exponent power of ten; that of a number beyond {@link #EXPONENT_MAX} is the bound
 * @param digits without zeros at either end; empty for zero
 */
record Decimal(int sign, long exponent, String digits) implements Comparable<Decimal> {
  private static final long EXPONENT_MAX = Long.MAX_VALUE / 4;
  private static final int EXPONENT_DIGITS_MAX = 18;

  /** The value of a text that {@link Numerals#isDecimal}. */
  static Decimal of(String text) {
    String number = text.strip().toLowerCase(Locale.ROOT);
    boolean negative = number.startsWith("-");
    int from = negative || number.startsWith("+") ? 1 : 0;
    int e = number.indexOf('e');
    String mantissa = number.substring(from, e < 0 ? number.length() : e);
    int point = mantissa.indexOf('.');
    int whole = point < 0 ? mantissa.length() : point;
    String all =
        point < 0 ? mantissa : mantissa.substring(0, point) + mantissa.substring(point + 1);
    int first = 0;
    while (first < all.length() && all.charAt(first) == '0') {
      first++;
    }
    int end = all.length();
    while (end > first && all.charAt(end - 1) == '0') {
      end--;
    }
    if (first == end) {
      return new Decimal(0, 0, "");
    }
    long power = e < 0 ? 0 : power(number.substring(e + 1));
    return new Decimal(negative ? -1 : 1, power + whole - first, all.substring(first, end));
  }

  private static long power(String text) {
    boolean negative = text.startsWith("-");
    String digits = text.substring(negative || text.startsWith("+") ? 1 : 0);
    String shortest = digits.replaceFirst("^0+(?=.)", "");
    long size = shortest.length() > EXPONENT_DIGITS_MAX ? EXPONENT_MAX : Long.parseLong(shortest);
    return negative ? -size : size;
  }

  @Override
  public int compareTo(Decimal other) {
    if (sign != other.sign) {
      return Integer.compare(sign, other.sign);
    }
    int bySize = Long.compare(exponent, other.exponent);
    return sign * (bySize != 0 ? bySize : digits.compareTo(other.digits));
  }
}
