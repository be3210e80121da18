package dev.sluice.accelerators.catalogue;

import org.jspecify.annotations.Nullable;

/**
 * What joins a device to its host.
 *
 * @param kind such as {@code PCIe Gen5 x16}; null: not published
 * @param gigabytesPerSecond bandwidth in one direction, in 10<sup>9</sup> bytes a second; null: not
 *     published
 * @param evidence where the figure comes from
 */
public record HostLink(
    @Nullable String kind, @Nullable Double gigabytesPerSecond, Evidence evidence) {

  /** Nothing is published. */
  public static final HostLink UNKNOWN = new HostLink(null, null, Evidence.NONE);

  public HostLink {
    Figure.LINK_RATE.checked(gigabytesPerSecond);
  }
}
