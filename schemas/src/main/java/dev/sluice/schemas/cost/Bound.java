package dev.sluice.schemas.cost;

import dev.sluice.schemas.document.Spelling;

/** What takes the longest in a predicted time. */
public enum Bound {
  /** Arithmetic. */
  COMPUTE,
  /** Weights, activations and caches that go through the device's memory. */
  MEMORY,
  /** Samples that come from the host. */
  HOST_LINK,
  /** Fixed latencies: launches, synchronisation, the query's way through the driver. */
  OVERHEAD,
  /** Exchange between devices that share a model. */
  INTERCONNECT;

  /** The name in files and messages, such as {@code host-link}. */
  public String label() {
    return Spelling.of(this);
  }
}
