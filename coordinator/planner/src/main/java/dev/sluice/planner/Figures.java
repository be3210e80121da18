package dev.sluice.planner;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.Locale;

/** Figures as people read them; the same in every locale. */
public final class Figures {

  private static final int NAMES_MAX = 10;
  private static final String[] WATTS = {"W", "kW", "MW", "GW"};
  private static final String[] WATT_HOURS = {"Wh", "kWh", "MWh", "GWh", "TWh"};
  private static final double JOULES_PER_WATT_HOUR = 3600;

  private Figures() {}

  /** A whole number with separators. */
  public static String count(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  /** Some things, such as {@code 1 device} or {@code 12 devices}. */
  public static String count(long number, String noun) {
    return count(number) + " " + noun + (number == 1 ? "" : "s");
  }

  /** Names in a row, of which many are counted. */
  public static String names(List<String> names) {
    int rest = names.size() - NAMES_MAX;
    return String.join(", ", names.subList(0, Math.min(NAMES_MAX, names.size())))
        + (rest > 0 ? " and " + count(rest, "other") : "");
  }

  /** A number with three significant digits. */
  public static String number(double value) {
    double size = Math.abs(value);
    if (size >= 1e15 || (size < 1e-3 && size > 0)) {
      return String.format(Locale.ROOT, "%.2e", value);
    }
    int decimals = size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : size == 0 ? 0 : 4;
    return String.format(Locale.ROOT, "%,." + decimals + "f", value);
  }

  /** A share in percent. */
  public static String percent(double share) {
    return String.format(Locale.ROOT, "%.1f %%", 100 * share);
  }

  /** A time. */
  public static String span(double seconds) {
    if (seconds == 0) {
      return "0 s";
    }
    if (seconds < 1) {
      return number(1000 * seconds) + " ms";
    }
    if (seconds < 120) {
      return number(seconds) + " s";
    }
    if (seconds < 7200) {
      return number(seconds / 60) + " min";
    }
    if (seconds < 172_800) {
      return number(seconds / 3600) + " h";
    }
    return number(seconds / 86_400) + " d";
  }

  /** A power. */
  public static String watts(double watts) {
    return scaled(watts, WATTS);
  }

  /** A power that suffices: rounded up, where {@link #watts} may round down. */
  public static String wattsUp(double watts) {
    int digits = 3 - 1 - (int) Math.floor(Math.log10(Math.max(1, watts)));
    return watts(BigDecimal.valueOf(watts).setScale(digits, RoundingMode.CEILING).doubleValue());
  }

  /** An energy. */
  public static String energy(double joules) {
    return scaled(joules / JOULES_PER_WATT_HOUR, WATT_HOURS);
  }

  private static String scaled(double value, String[] units) {
    double scaled = value;
    int unit = 0;
    while (scaled >= 1000 && unit < units.length - 1) {
      scaled /= 1000;
      unit++;
    }
    return number(scaled) + " " + units[unit];
  }
}
