package dev.sluice.schemas.cost;

import dev.sluice.schemas.wire.NetworkFacts;

/** Stub. */
public record Workload(double flop) {
  /** s. */
  public static Workload of(NetworkFacts f) {
    return new Workload(f.floats());
  }
}
