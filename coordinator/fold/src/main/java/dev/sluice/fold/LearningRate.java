package dev.sluice.fold;

import dev.sluice.schemas.wire.Constant;
import dev.sluice.schemas.wire.Cosine;
import dev.sluice.schemas.wire.FoldStarted;
import dev.sluice.schemas.wire.Linear;
import dev.sluice.schemas.wire.Schedule;
import dev.sluice.schemas.wire.StepDecay;

/** The learning rate as a function of the step. */
final class LearningRate {

  private LearningRate() {}

  /**
   * @param plan the job's fold
   * @param step from 0
   */
  static double at(FoldStarted plan, long step) {
    return at(
        plan.learningRate(),
        plan.schedule(),
        plan.warmupSteps(),
        plan.stepsPerEpoch(),
        plan.steps(),
        step);
  }

  /**
   * @param rate at the first step after the warm-up
   * @param steps steps in all
   * @param step from 0
   */
  static double at(
      double rate, Schedule schedule, long warmupSteps, long stepsPerEpoch, long steps, long step) {
    if (step < warmupSteps) {
      return rate * (step + 1) / warmupSteps;
    }
    long length = Math.max(1, steps - warmupSteps);
    double done = Math.min(1.0, (double) (step - warmupSteps) / length);
    double share =
        switch (schedule) {
          case Constant() -> 1.0;
          case StepDecay(int everyEpochs, double factor) -> {
            long decays = step / stepsPerEpoch / everyEpochs;
            // StrictMath: the same bits on every platform.
            yield StrictMath.pow(factor, (double) decays);
          }
          case Cosine(double floor) ->
              floor + (1 - floor) * 0.5 * (1 + StrictMath.cos(StrictMath.PI * done));
          case Linear(double floor) -> 1 - (1 - floor) * done;
        };
    return rate * share;
  }
}
