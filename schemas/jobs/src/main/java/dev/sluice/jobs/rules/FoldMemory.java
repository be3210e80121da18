package dev.sluice.jobs.rules;

import dev.sluice.schemas.wire.Adam;
import dev.sluice.schemas.wire.AdamW;
import dev.sluice.schemas.wire.Optimizer;
import dev.sluice.schemas.wire.Sgd;
import dev.sluice.schemas.wire.TrainingSpec;

/**
 * What the fold keeps for a training job, in vectors as long as the job's parameters and state.
 * Contributions that wait as they came do so instead of sums, in memory that is not the job's: a
 * process has a bound for those of all its jobs.
 *
 * @param generations generations of the parameters, with the best one where training ends early
 * @param moments vectors of the optimizer
 * @param sums most sums of shards that wait for their neighbours, one for each level of the tree
 * @param floats values in a vector
 */
public record FoldMemory(int generations, int moments, int sums, long floats) {

  private static final int GENERATIONS = 2;

  /**
   * @param spec the job
   * @param floats length of its flat vector
   */
  public static FoldMemory of(TrainingSpec spec, long floats) {
    var local = spec.localSteps();
    Optimizer optimizer = local == null ? spec.optimizer() : local.outer();
    return of(optimizer, spec.shards(), floats, spec.earlyStopping() != null);
  }

  /**
   * @param optimizer the job's
   * @param shards the job's
   * @param floats length of its flat vector
   * @param keepsBest whether the best generation is kept as well
   */
  public static FoldMemory of(Optimizer optimizer, int shards, long floats, boolean keepsBest) {
    int levels = Integer.numberOfTrailingZeros(Integer.highestOneBit(Math.max(1, shards)));
    return new FoldMemory(
        keepsBest ? GENERATIONS + 1 : GENERATIONS, moments(optimizer), levels, floats);
  }

  private static int moments(Optimizer optimizer) {
    return switch (optimizer) {
      case Sgd sgd -> sgd.momentum() == 0 ? 0 : 1;
      case Adam adam -> 2;
      case AdamW adamW -> 2;
    };
  }

  /** All of it. */
  public long bytes() {
    return (generations + moments + sums) * floats * Float.BYTES;
  }
}
