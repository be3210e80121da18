package dev.sluice.planner;

import dev.sluice.platform.document.Section;
import dev.sluice.schemas.wire.Code;
import java.math.BigDecimal;

/**
 * Numbers of a file that have bounds. Those outside are noted and replaced by the nearest bound.
 */
final class Bounds {

  private Bounds() {}

  /** A whole number. */
  static long whole(Section section, String name, long fallback, long min, long max) {
    long value = section.whole(name, fallback);
    if (value < min || value > max) {
      outside(section, name, Long.toString(value), min + " to " + max);
    }
    return Math.clamp(value, min, max);
  }

  /** A whole number of 32 bits. */
  static int small(Section section, String name, int fallback, int min, int max) {
    return (int) whole(section, name, fallback, min, max);
  }

  /** A number above 0. */
  static double positive(Section section, String name, double fallback, double max) {
    double value = section.number(name, fallback);
    if (!(value > 0 && value <= max)) {
      outside(section, name, plain(value), "more than 0 to " + plain(max));
      return fallback;
    }
    return value;
  }

  private static void outside(Section section, String name, String value, String range) {
    section
        .problems()
        .add(
            Code.OUT_OF_RANGE,
            section.at(name),
            name + " is " + value + ".",
            "It can be " + range + ".",
            "Write a number in that range.");
  }

  private static String plain(double value) {
    return new BigDecimal(Double.toString(value)).stripTrailingZeros().toPlainString();
  }
}
