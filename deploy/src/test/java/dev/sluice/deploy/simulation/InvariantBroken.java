package dev.sluice.deploy.simulation;

import org.jspecify.annotations.Nullable;

/** A named invariant does not hold. Nothing else shows that a mutation was seen. */
final class InvariantBroken extends AssertionError {
  private static final long serialVersionUID = 1L;

  /**
   * @param invariant what should hold
   * @param found what was found instead
   */
  InvariantBroken(String invariant, String found, @Nullable Throwable cause) {
    super(invariant + ": " + found, cause);
  }
}
