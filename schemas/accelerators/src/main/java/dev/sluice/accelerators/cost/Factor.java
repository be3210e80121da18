package dev.sluice.accelerators.cost;

import org.jspecify.annotations.Nullable;

/**
 * A number of the cost model that is neither a published figure of an accelerator nor a count of a
 * network.
 *
 * @param name what it is, such as {@code efficiency}
 * @param key of what, such as {@code resnet50}; empty where there is one for all
 * @param value the number
 * @param shrunkTo what a fit draws it towards, and its value where no measurement speaks; null: a
 *     fit is free, or it isn't fitted
 * @param unit unit of the value
 * @param owner what it belongs to; never a device
 * @param origin how it was found
 * @param reason why there is such a factor
 * @param source where the value is from
 */
public record Factor(
    String name,
    String key,
    double value,
    @Nullable Double shrunkTo,
    String unit,
    String owner,
    Origin origin,
    String reason,
    String source) {

  /** How the value of a factor was found. */
  public enum Origin {
    /** A choice of scale. */
    DEFINITION,
    /** Judgement or a published rule. */
    PRIOR,
    /** A choice of the formula, confirmed by leaving one device out. */
    STRUCTURE,
    /** On published measurements. */
    FITTED,
    /** Computed from the errors of the fit. */
    DERIVED
  }

  public Factor {
    if (!(value > 0 && Double.isFinite(value))) {
      throw new IllegalArgumentException(
          "A factor is a finite number above 0; " + name + " is " + value + ".");
    }
  }

  /** Name and key, such as {@code efficiency.resnet50}. */
  public String id() {
    return id(name, key);
  }

  static String id(String name, String key) {
    return key.isEmpty() ? name : name + "." + key;
  }

  Factor with(double changed) {
    return new Factor(name, key, changed, shrunkTo, unit, owner, origin, reason, source);
  }
}
