package dev.sluice.fold;

import dev.sluice.schemas.wire.Constant;
import dev.sluice.schemas.wire.Cosine;
import dev.sluice.schemas.wire.FoldStarted;
import dev.sluice.schemas.wire.Linear;
import dev.sluice.schemas.wire.StepDecay;

/** The learning rate as a function of the step. */
final class LearningRate {

  private LearningRate() {}

  /**
   * @param plan the job's fold
   * @param step from 0
   */
  static double at(FoldStarted plan, long step) {
    if (step < plan.warmupSteps()) {
      return plan.learningRate() * (step + 1) / plan.warmupSteps();
    }
    long length = Math.max(1, plan.steps() - plan.warmupSteps());
    double done = Math.min(1.0, (double) (step - plan.warmupSteps()) / length);
    double share =
        switch (plan.schedule()) {
          case Constant() -> 1.0;
          case StepDecay(int everyEpochs, double factor) -> {
            long decays = step / plan.stepsPerEpoch() / everyEpochs;
            // StrictMath: the same bits on every platform.
            yield StrictMath.pow(factor, (double) decays);
          }
          case Cosine(double floor) ->
              floor + (1 - floor) * 0.5 * (1 + StrictMath.cos(StrictMath.PI * done));
          case Linear(double floor) -> 1 - (1 - floor) * done;
        };
    return plan.learningRate() * share;
  }
}
