package dev.sluice.jobs.dataset;

import java.util.Locale;

/** Numbers as data files write them. */
final class Numerals {
  private Numerals() {}

  /**
   * The value of a decimal number such as 3, -0.5 or 1e-3, blanks around it apart; infinite where
   * it is out of binary64's range, NaN where it is none. What {@link Double#parseDouble} accepts
   * beyond that (hexadecimal, "1d", "NaN") is a slip in a data file rather than a number.
   */
  static double decimal(String text) {
    boolean digit = false;
    String stripped = text.strip();
    for (int i = 0; i < stripped.length(); i++) {
      char c = stripped.charAt(i);
      if (c >= '0' && c <= '9') {
        digit = true;
      } else if (c != '.' && c != '-' && c != '+' && c != 'e' && c != 'E') {
        return Double.NaN;
      }
    }
    try {
      return digit ? Double.parseDouble(stripped) : Double.NaN;
    } catch (NumberFormatException notANumber) {
      return Double.NaN; // such as "1-2": right characters, wrong order
    }
  }

  /** Whether the text is such a number. */
  static boolean isDecimal(String text) {
    return !Double.isNaN(decimal(text));
  }

  /** Whether the text is a usual way to write "not a number" or infinity. */
  static boolean isNotFinite(String text) {
    return switch (text.strip().toLowerCase(Locale.ROOT)) {
      case "nan", "inf", "+inf", "-inf", "infinity", "+infinity", "-infinity" -> true;
      default -> false;
    };
  }

  /** Whether the text is a usual way to write infinity. */
  static boolean isInfinite(String text) {
    return isNotFinite(text) && !text.strip().equalsIgnoreCase("nan");
  }
}
