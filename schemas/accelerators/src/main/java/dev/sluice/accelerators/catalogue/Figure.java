package dev.sluice.accelerators.catalogue;

import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * The figures of an accelerator model, with their units and the most that is believed of one
 * device. The bounds are about a hundred times what the largest known device has: they catch a
 * wrong unit, not a bold vendor.
 */
public enum Figure {
  PEAK("A peak rate", "TFLOPS or TOPS", 1e6),
  ON_CHIP("On-chip memory", "MB", 1e5),
  ON_CHIP_RATE("The bandwidth of on-chip memory", "GB/s", 1e7),
  MEMORY("Memory", "GB", 1e5),
  USABLE_MEMORY("Usable memory", "GiB", 1e5),
  MEMORY_RATE("Memory bandwidth", "GB/s", 1e6),
  LINK_RATE("The bandwidth of a link", "GB/s", 1e5),
  POWER("Power", "W", 1e5),
  CLOCK("A clock", "GHz", 100),
  MEASURED("A measured value", "", 1e12);

  private final String noun;
  private final String unit;
  private final double max;

  Figure(String noun, String unit, double max) {
    this.noun = noun;
    this.unit = unit;
    this.max = max;
  }

  /** Its name at the beginning of a sentence. */
  public String noun() {
    return noun;
  }

  /** Unit; empty where each value names its own. */
  public String unit() {
    return unit;
  }

  /** Whether a device can have this value. NaN never passes. */
  public boolean allows(double value) {
    return value > 0 && value <= max;
  }

  /** What it must be, as messages say. */
  String rule() {
    return "It must be more than 0 and at most " + shown(max) + ".";
  }

  /** A value with its unit. */
  String shown(double value) {
    var digits =
        Double.isFinite(value)
            ? new BigDecimal(Double.toString(value)).stripTrailingZeros().toPlainString()
            : Double.toString(value);
    return unit.isEmpty() ? digits : digits + " " + unit;
  }

  /**
   * The value itself.
   *
   * @param value null where it is not known
   * @throws IllegalArgumentException if no device can have it
   */
  @Nullable Double checked(@Nullable Double value) {
    if (value != null && !allows(value)) {
      throw new IllegalArgumentException(noun + " is " + shown(value) + ". " + rule());
    }
    return value;
  }
}
