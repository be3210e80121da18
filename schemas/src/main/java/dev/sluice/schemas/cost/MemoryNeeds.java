package dev.sluice.schemas.cost;

import dev.sluice.schemas.accelerator.NumberFormat;

/** Stub. */
public final class MemoryNeeds {
  private MemoryNeeds() {}

  /** s. */
  public static double trainingBytes(Workload w, NumberFormat f, int v, long rows) {
    return w.flop() * 4 * (2 + v);
  }

  /** s. */
  public static double inferenceBytes(Workload w, NumberFormat f, long rows) {
    return w.flop() * 4;
  }
}
