package dev.sluice.jobs.network;

import dev.sluice.schemas.wire.Cause;
import java.util.List;

/** What became of fitting a layer stack to a number of feature columns. */
public sealed interface NetworkResult {

  /**
   * Every layer takes what the one before it gives.
   *
   * @param plan the shapes and tensors
   */
  record Fits(NetworkPlan plan) implements NetworkResult {}

  /**
   * Something does not fit.
   *
   * @param causes every problem found, in network order; never empty
   */
  record DoesNotFit(List<Cause> causes) implements NetworkResult {
    public DoesNotFit {
      causes = List.copyOf(causes);
    }
  }
}
