package dev.sluice.schemas.wire;

import org.jspecify.annotations.Nullable;

/**
 * When parameters are measured on held-out rows while they are trained, and what follows.
 *
 * @param everySteps steps between two measurements; a whole number of epochs
 * @param stopping when training ends early; null: it doesn't
 */
public record ValidationPlan(long everySteps, @Nullable EarlyStopping stopping) {

  /**
   * Whether contributions to a step also measure the parameters that they are computed from.
   *
   * @param step step
   * @param steps steps in all; after them comes one that only measures
   */
  public boolean measures(long step, long steps) {
    return step > 0 && (step % everySteps == 0 || step == steps);
  }
}
