package dev.sluice.jobs.dataset;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads rows that are nothing but JSON numbers, which most are, several times faster than a parser:
 * thousands of jobs a second have them. Whatever else it meets it leaves to the parser, which also
 * says what is wrong. Numbers are rounded by {@link Binary32}.
 */
final class NumberRows {
  private static final int EXPONENT_DIGITS_MAX = 3;
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
    float near =
        whole + fraction <= Binary32.DIGITS_MAX
            ? Binary32.of(digits, exponent - fraction)
            : Float.NaN;
    if (!Float.isNaN(near)) {
      value = negative ? -near : near;
      return true;
    }
    return parsed(from);
  }

  private boolean parsed(int from) {
    if (at - from > CHARS_MAX) {
      return false;
    }
    var written = new String(text, from, at - from, StandardCharsets.US_ASCII);
    value = (float) Numerals.decimal(written);
    return Float.isFinite(value);
  }
}
