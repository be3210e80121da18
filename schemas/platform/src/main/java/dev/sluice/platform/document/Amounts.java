package dev.sluice.platform.document;

import java.math.BigDecimal;
import java.math.MathContext;

/** Amounts as messages write them. */
public final class Amounts {

  private static final String[] LARGE = {"", "k", "M", "G", "T", "P", "E"};
  private static final String[] SMALL = {"", "m", "\u00b5", "n"};
  private static final MathContext DIGITS = new MathContext(3);

  private Amounts() {}

  /** An amount with the prefix that suits it and three significant digits: {@code 21.3 GB}. */
  public static String of(double amount, String unit) {
    double scaled = amount;
    int prefix = 0;
    if (Math.abs(amount) >= 1 || amount == 0) {
      while (Math.abs(scaled) >= 999.5 && prefix < LARGE.length - 1) {
        scaled /= 1000;
        prefix++;
      }
      return number(scaled) + " " + LARGE[prefix] + unit;
    }
    while (Math.abs(scaled) < 0.9995 && prefix < SMALL.length - 1) {
      scaled *= 1000;
      prefix++;
    }
    return number(scaled) + " " + SMALL[prefix] + unit;
  }

  /** Three significant digits, or all of a whole number below a million, without an exponent. */
  public static String number(double value) {
    if (value == Math.rint(value) && Math.abs(value) < 1e6) {
      return String.valueOf((long) value);
    }
    return Double.isFinite(value)
        ? new BigDecimal(value, DIGITS).stripTrailingZeros().toPlainString()
        : String.valueOf(value);
  }
}
