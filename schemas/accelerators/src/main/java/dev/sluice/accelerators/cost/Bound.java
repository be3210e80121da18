package dev.sluice.accelerators.cost;

import java.util.Locale;

/** What most of the time of a sample or a step goes to. */
public enum Bound {
  /** Arithmetic. */
  COMPUTE,
  /** The device's own memory. */
  MEMORY,
  /** Samples on their way from the host. */
  HOST_LINK,
  /** Time that does not depend on the size of a batch: launches, queries, synchronisation. */
  OVERHEAD,
  /** The links between devices. */
  INTERCONNECT;

  /** The name in messages, such as {@code host link}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
