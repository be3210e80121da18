package dev.sluice.accelerators.catalogue;

import org.jspecify.annotations.Nullable;

/**
 * Memory beside the arithmetic units.
 *
 * @param megabytes size in 10<sup>6</sup> bytes; null: not published
 * @param gigabytesPerSecond bandwidth in 10<sup>9</sup> bytes a second; null: not published
 * @param scope what the size counts, such as {@code L2}; may be empty
 * @param evidence where the figures come from
 */
public record OnChipMemory(
    @Nullable Double megabytes,
    @Nullable Double gigabytesPerSecond,
    String scope,
    Evidence evidence) {

  /** Nothing is published. */
  public static final OnChipMemory UNKNOWN = new OnChipMemory(null, null, "", Evidence.NONE);

  public OnChipMemory {
    Figure.ON_CHIP.checked(megabytes);
    Figure.ON_CHIP_RATE.checked(gigabytesPerSecond);
  }
}
