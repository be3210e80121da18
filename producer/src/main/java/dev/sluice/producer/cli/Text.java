package dev.sluice.producer.cli;

import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Numbers and times for people. */
final class Text {

  private static final String[] BYTE_UNITS = {"B", "KiB", "MiB", "GiB", "TiB"};

  /** In the names of metrics that are no measure but a number of rows, or of a row. */
  private static final Pattern OF_ROWS = Pattern.compile("[Rr]ow|Labels");

  private Text() {}

  /** A count with thousands separated. */
  static String count(long n) {
    return String.format(Locale.ROOT, "%,d", n);
  }

  /** A rate: whole above 100, else with one decimal. */
  static String rate(double perSecond) {
    return perSecond >= 100
        ? count(Math.round(perSecond))
        : String.format(Locale.ROOT, "%.1f", perSecond);
  }

  /** A metric; those that count rows, or name one, are whole. */
  static String metric(String name, double value) {
    return OF_ROWS.matcher(name).find() ? count((long) value) : value(value);
  }

  /** A loss or the like with four significant digits; a dash where there is none. */
  static String value(@Nullable Double value) {
    if (value == null) {
      return "-";
    }
    if (value == Math.rint(value) && Math.abs(value) >= 2 && Math.abs(value) < 1e15) {
      return count(value.longValue()); // rows and the like
    }
    boolean plain = Math.abs(value) >= 1e-3 && Math.abs(value) < 1e9;
    return plain || value == 0
        ? String.format(Locale.ROOT, "%.4f", value)
        : String.format(Locale.ROOT, "%.3e", value);
  }

  /** A time span in its two largest units; a dash where there is none. */
  static String span(@Nullable Double seconds) {
    if (seconds == null) {
      return "-";
    }
    if (seconds < 60) {
      return seconds < 10
          ? String.format(Locale.ROOT, "%.1f s", seconds)
          : Math.round(seconds) + " s";
    }
    long whole = Math.round(seconds);
    if (whole < 3_600) {
      return whole / 60 + " min " + whole % 60 + " s";
    }
    if (whole < 86_400) {
      return whole / 3_600 + " h " + whole % 3_600 / 60 + " min";
    }
    return whole / 86_400 + " d " + whole % 86_400 / 3_600 + " h";
  }

  /** A time of work, which may be microseconds or days. */
  static String seconds(double seconds) {
    if (seconds >= 1 || seconds == 0) {
      return span(seconds);
    }
    return seconds >= 1e-3
        ? String.format(Locale.ROOT, "%.1f ms", seconds * 1e3)
        : String.format(Locale.ROOT, "%.1f \u00b5s", seconds * 1e6);
  }

  /** An energy. */
  static String joules(double joules) {
    if (joules >= 3.6e6) {
      return String.format(Locale.ROOT, "%,.1f kWh", joules / 3.6e6);
    }
    if (joules >= 1e3) {
      return String.format(Locale.ROOT, "%.1f kJ", joules / 1e3);
    }
    return joules >= 1 || joules == 0
        ? String.format(Locale.ROOT, "%.1f J", joules)
        : String.format(Locale.ROOT, "%.3f mJ", joules * 1e3);
  }

  /** A time span given in milliseconds. */
  static String spanMs(@Nullable Long ms) {
    return span(ms == null ? null : ms / 1000.0);
  }

  /** A share as a percentage. */
  static String percent(double fraction) {
    return String.format(Locale.ROOT, "%.0f%%", Math.floor(fraction * 100));
  }

  /** A size in binary units. */
  static String bytes(long bytes) {
    double size = bytes;
    int unit = 0;
    while (size >= 1024 && unit < BYTE_UNITS.length - 1) {
      size /= 1024;
      unit++;
    }
    return unit == 0 ? bytes + " B" : String.format(Locale.ROOT, "%.1f %s", size, BYTE_UNITS[unit]);
  }

  /** A bar of a given width. */
  static String bar(double fraction, int width) {
    int full = (int) Math.floor(Math.clamp(fraction, 0, 1) * width);
    return "[" + "#".repeat(full) + "-".repeat(width - full) + "]";
  }

  /** An empty text as a dash. */
  static String orDash(String text) {
    return text.isEmpty() ? "-" : text;
  }
}
