package dev.sluice.schemas.wire;

import org.jspecify.annotations.Nullable;

/**
 * What a device would have taken for work that another one did under its constraints.
 *
 * @param seconds time, in seconds
 * @param joules energy, in joules; null where the device's power is not known
 */
public record Modelled(double seconds, @Nullable Double joules) {

  /** Both together; energy is known only where both know theirs. */
  public static @Nullable Modelled sum(@Nullable Modelled one, @Nullable Modelled other) {
    if (one == null || other == null) {
      return one == null ? other : one;
    }
    return new Modelled(one.seconds + other.seconds, sum(one.joules, other.joules));
  }

  private static @Nullable Double sum(@Nullable Double one, @Nullable Double other) {
    return one == null || other == null ? null : Double.valueOf(one + other);
  }
}
