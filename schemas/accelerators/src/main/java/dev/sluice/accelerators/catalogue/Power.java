package dev.sluice.accelerators.catalogue;

import org.jspecify.annotations.Nullable;

/**
 * What a device draws at most.
 *
 * @param tdpWatts thermal design power; null: not published
 * @param leastWatts lower end of the range in which the limit can be set; null: not published
 * @param mostWatts upper end of that range; null: not published
 * @param scope what it is the power of
 * @param evidence where the figures come from
 */
public record Power(
    @Nullable Double tdpWatts,
    @Nullable Double leastWatts,
    @Nullable Double mostWatts,
    Scope scope,
    Evidence evidence) {

  /** What draws the power. */
  public enum Scope {
    /** The device alone. */
    DEVICE,
    /** A module with a processor of its own, which counts as well. */
    MODULE
  }

  /** Nothing is published. */
  public static final Power UNKNOWN = new Power(null, null, null, Scope.DEVICE, Evidence.NONE);

  public Power {
    Figure.POWER.checked(tdpWatts);
    Figure.POWER.checked(leastWatts);
    Figure.POWER.checked(mostWatts);
    if ((leastWatts == null) != (mostWatts == null)
        || (leastWatts != null && mostWatts != null && leastWatts > mostWatts)) {
      throw new IllegalArgumentException(
          "A range of power has two ends in order, not " + leastWatts + " and " + mostWatts + ".");
    }
  }
}
