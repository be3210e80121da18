package dev.sluice.jobs.dataset;

import java.util.Locale;

/** Numbers as data files write them. */
final class Numerals {
  private Numerals() {}

  /**
   * Whether the text is a decimal number such as 3, -0.5 or 1e-3, blanks around it apart. What
   * {@link Double#parseDouble} accepts beyond that (hexadecimal, "1d", "NaN") is a slip in a data
   * file rather than a number.
   */
  static boolean isDecimal(String text) {
    boolean digit = false;
    String stripped = text.strip();
    for (int i = 0; i < stripped.length(); i++) {
      char c = stripped.charAt(i);
      if (c >= '0' && c <= '9') {
        digit = true;
      } else if (c != '.' && c != '-' && c != '+' && c != 'e' && c != 'E') {
        return false;
      }
    }
    return digit && parses(stripped);
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

  /** The value of a text that {@link #isDecimal}; infinite where it is out of binary64's range. */
  static double value(String text) {
    return Double.parseDouble(text.strip());
  }

  private static boolean parses(String text) {
    try {
      return !Double.isNaN(Double.parseDouble(text));
    } catch (NumberFormatException notANumber) {
      return false; // such as "1-2": right characters, wrong order
    }
  }
}
