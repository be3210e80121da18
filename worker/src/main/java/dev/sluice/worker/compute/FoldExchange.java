package dev.sluice.worker.compute;

import dev.sluice.fold.Rounding;
import dev.sluice.schemas.wire.NetworkFacts;

/** How a worker and the folds exchange contributions and parameters. */
public interface FoldExchange {

  /**
   * Begins to follow a job; one can be followed more than once.
   *
   * @param network what is known of its network, of which its vectors are
   * @param fold whether to make its generations here, of what the gradient log holds
   * @param rounding which sums are rounded that are contributed
   */
  JobExchange follow(String jobId, NetworkFacts network, boolean fold, Rounding rounding);
}
