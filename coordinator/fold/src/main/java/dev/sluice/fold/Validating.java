package dev.sluice.fold;

import dev.sluice.schemas.wire.BlockValidation;
import dev.sluice.schemas.wire.EarlyStopping;
import dev.sluice.schemas.wire.ValidationSums;
import org.jspecify.annotations.Nullable;

/**
 * Which generation of a block is the best on held-out rows, and whether the time for a better one
 * is up. A function of the sums that contributions carry, which are the same for every block of a
 * job: so each decides alone, and all decide the same.
 */
final class Validating {

  private final @Nullable EarlyStopping stopping;
  private double best = Double.NaN;
  private long bestStep = -1;
  private int withoutGain;
  private float @Nullable [] bestValues;

  /**
   * @param stopping when training ends early; null: it doesn't
   */
  Validating(@Nullable EarlyStopping stopping) {
    this.stopping = stopping;
  }

  /**
   * Takes a measurement.
   *
   * @param step step whose parameters were measured
   * @param sums what came of it
   * @param values these parameters
   * @return whether training ends here
   */
  boolean measured(long step, ValidationSums sums, float[] values) {
    if (stopping == null) {
      return false;
    }
    double value = sums.value(stopping.metric());
    if (gains(stopping, value)) {
      best = value;
      bestStep = step;
      bestValues = values.clone();
      withoutGain = 0;
    } else {
      withoutGain++;
    }
    return withoutGain >= stopping.patience();
  }

  private boolean gains(EarlyStopping how, double value) {
    if (!Double.isFinite(value)) {
      return false;
    }
    return Double.isNaN(best)
        || (how.metric().moreIsBetter()
            ? value > best + how.minDelta()
            : value < best - how.minDelta());
  }

  /** Step whose parameters are the best so far; -1: none is known to be. */
  long bestStep() {
    return bestStep;
  }

  /** The best parameters so far; null: none are known to be. */
  float @Nullable [] bestValues() {
    return bestValues;
  }

  BlockValidation snapshot(boolean closed) {
    return new BlockValidation(best, bestStep, withoutGain, closed);
  }

  void restore(BlockValidation snapshot, float @Nullable [] values) {
    best = snapshot.best();
    bestStep = snapshot.bestStep();
    withoutGain = snapshot.withoutGain();
    bestValues = values;
  }
}
