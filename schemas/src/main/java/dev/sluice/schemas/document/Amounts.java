package dev.sluice.schemas.document;

import java.util.Locale;

/** Amounts as messages write them. */
public final class Amounts {

  private static final String[] PREFIXES = {"", "k", "M", "G", "T", "P", "E"};

  private Amounts() {}

  /** An amount with the prefix that suits it and three digits: {@code 21.3 GB}. */
  public static String of(double amount, String unit) {
    double scaled = amount;
    int prefix = 0;
    while (Math.abs(scaled) >= 999.5 && prefix < PREFIXES.length - 1) {
      scaled /= 1000;
      prefix++;
    }
    return number(scaled) + " " + PREFIXES[prefix] + unit;
  }

  /** Three significant digits, or all digits of a whole number, without an exponent. */
  public static String number(double value) {
    if (value == Math.rint(value) && Math.abs(value) < 1e6) {
      return String.valueOf((long) value);
    }
    double size = Math.abs(value);
    int decimals = size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : size >= 0.1 ? 3 : 4;
    return String.format(Locale.ROOT, "%." + decimals + "f", value);
  }
}
