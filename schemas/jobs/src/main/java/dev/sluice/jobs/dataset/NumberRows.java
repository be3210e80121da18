package dev.sluice.jobs.dataset;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads rows that are nothing but JSON numbers, which most are, several times faster than a parser:
 * thousands of jobs a second have them. Whatever else it meets it leaves to the parser, which also
 * says what is wrong.
 *
 * <p>A number is rounded to binary64 and from there to binary32, as everywhere. That takes no exact
 * arithmetic where it can't make a difference: with m digits as an integer and a power of ten that
 * binary64 holds exactly, m x 10^s has been rounded at most twice, so the exact value lies within a
 * few 2^-53 of it. Rounding is monotone: where both ends of that interval round to one binary32
 * number, the exact value does. Else, about once in ten million numbers, it is parsed.
 */
final class NumberRows {
  /** Powers of ten that binary64 holds exactly. */
  private static final double[] POWERS = {
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22
  };

  /** Digits that fit into a long. */
  private static final int DIGITS_MAX = 18;

  private static final int EXPONENT_DIGITS_MAX = 3;
  private static final double ERROR = 0x1p-50;
  private static final int CHARS_MAX = 100;

  /** Characters that a short number and its comma take; only room is estimated by it. */
  private static final int CHARS_USUAL = 6;

  private final byte[] text;
  private final int end;
  private final int[] order;
  private int at;
  private float value;

  private NumberRows(byte[] text, int from, int end, int[] order) {
    this.text = text;
    this.at = from;
    this.end = end;
    this.order = order;
  }

  /**
   * Reads a whole text.
   *
   * @param order for each value of a row, where it goes in that row
   * @return values, row-major; null where this is not only rows of finite numbers of that length
   */
  static float @Nullable [] read(byte[] text, int from, int end, int[] order) {
    return new NumberRows(text, from, end, order).rows();
  }

  private float @Nullable [] rows() {
    int width = order.length;
    if (width == 0 || !skip('[')) {
      return null;
    }
    float[] values = new float[width * (1 + (end - at) / CHARS_USUAL / width)];
    int row = 0;
    do {
      if ((row + 1) * width > values.length) {
        values = Arrays.copyOf(values, width * (2 * row + 1));
      }
      if (!row(values, row * width)) {
        return null;
      }
      row++;
    } while (skip(','));
    if (!skip(']')) {
      return null;
    }
    blanks();
    return at == end ? Arrays.copyOf(values, row * width) : null;
  }

  private boolean row(float[] values, int base) {
    if (!skip('[')) {
      return false;
    }
    for (int i = 0; i < order.length; i++) {
      if ((i > 0 && !skip(',')) || !number()) {
        return false;
      }
      values[base + order[i]] = value;
    }
    return skip(']');
  }

  private void blanks() {
    while (at < end
        && (text[at] == ' ' || text[at] == '\n' || text[at] == '\r' || text[at] == '\t')) {
      at++;
    }
  }

  private boolean skip(char wanted) {
    blanks();
    if (at < end && text[at] == wanted) {
      at++;
      return true;
    }
    return false;
  }

  private boolean isDigit() {
    return at < end && text[at] >= '0' && text[at] <= '9';
  }

  /** A number as JSON writes it, finite in binary32. */
  private boolean number() {
    blanks();
    int from = at;
    boolean negative = at < end && text[at] == '-';
    at += negative ? 1 : 0;
    int first = at;
    long digits = 0;
    while (isDigit()) {
      digits = digits * 10 + text[at++] - '0'; // beyond a long it is not used
    }
    int whole = at - first;
    if (whole == 0 || (whole > 1 && text[first] == '0')) {
      return false;
    }
    int fraction = 0;
    if (at < end && text[at] == '.') {
      at++;
      int point = at;
      while (isDigit()) {
        digits = digits * 10 + text[at++] - '0';
      }
      fraction = at - point;
      if (fraction == 0) {
        return false;
      }
    }
    int exponent = 0;
    if (at < end && (text[at] == 'e' || text[at] == 'E')) {
      at++;
      boolean down = at < end && text[at] == '-';
      at += down || (at < end && text[at] == '+') ? 1 : 0;
      int power = at;
      while (isDigit() && at - power <= EXPONENT_DIGITS_MAX) {
        exponent = exponent * 10 + text[at++] - '0';
      }
      if (at == power || at - power > EXPONENT_DIGITS_MAX) {
        return false;
      }
      exponent = down ? -exponent : exponent;
    }
    int scale = exponent - fraction;
    if (whole + fraction <= DIGITS_MAX && Math.abs(scale) < POWERS.length) {
      double near = scale < 0 ? digits / POWERS[-scale] : digits * POWERS[scale];
      float low = (float) (near - near * ERROR);
      if (low == (float) (near + near * ERROR)) {
        value = negative ? -low : low;
        return Float.isFinite(value);
      }
    }
    return parsed(from);
  }

  private boolean parsed(int from) {
    if (at - from > CHARS_MAX) {
      return false;
    }
    var written = new String(text, from, at - from, StandardCharsets.US_ASCII);
    value = (float) Numerals.value(written);
    return Float.isFinite(value);
  }
}
