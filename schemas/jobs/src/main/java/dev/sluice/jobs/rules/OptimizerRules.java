package dev.sluice.jobs.rules;

import dev.sluice.schemas.problem.Problems;
import dev.sluice.schemas.wire.Adam;
import dev.sluice.schemas.wire.AdamW;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.Constant;
import dev.sluice.schemas.wire.Cosine;
import dev.sluice.schemas.wire.Linear;
import dev.sluice.schemas.wire.Schedule;
import dev.sluice.schemas.wire.Sgd;
import dev.sluice.schemas.wire.StepDecay;
import dev.sluice.schemas.wire.Steps;
import dev.sluice.schemas.wire.TrainingSpec;

/** Rules for the optimizer and the learning rate's schedule. */
final class OptimizerRules {
  private OptimizerRules() {}

  static void check(TrainingSpec job, Problems problems) {
    switch (job.optimizer()) {
      case Sgd sgd -> {
        checkLearningRate("optimizer.sgd", job, problems);
        checkSgd(sgd, problems);
      }
      case Adam(double beta1, double beta2, double epsilon, double weightDecay) -> {
        checkLearningRate("optimizer.adam", job, problems);
        checkAdam("optimizer.adam", beta1, beta2, epsilon, weightDecay, problems);
      }
      case AdamW(double beta1, double beta2, double epsilon, double weightDecay) -> {
        checkLearningRate("optimizer.adamw", job, problems);
        checkAdam("optimizer.adamw", beta1, beta2, epsilon, weightDecay, problems);
      }
    }
    checkSchedule(job.schedule(), problems);
    checkWarmup(job, problems);
  }

  private static void checkLearningRate(String path, TrainingSpec job, Problems problems) {
    Range.positive("learningRate", "0.001")
        .check(path + ".learningRate", job.learningRate(), problems);
  }

  private static void checkSgd(Sgd sgd, Problems problems) {
    Range.share("momentum", "0.9").check("optimizer.sgd.momentum", sgd.momentum(), problems);
    Range.nonNegative("weightDecay", "0.0001")
        .check("optimizer.sgd.weightDecay", sgd.weightDecay(), problems);
    if (sgd.nesterov() && sgd.momentum() == 0) {
      problems.add(
          Code.CONTRADICTION,
          "optimizer.sgd.nesterov",
          "Nesterov's momentum is asked for without momentum.",
          "It looks ahead along the momentum, which is 0.",
          "Set momentum: 0.9, for example, or leave nesterov out.");
    }
  }

  private static void checkAdam(
      String path,
      double beta1,
      double beta2,
      double epsilon,
      double weightDecay,
      Problems problems) {
    Range.share("beta1", "0.9").check(path + ".beta1", beta1, problems);
    Range.share("beta2", "0.999").check(path + ".beta2", beta2, problems);
    Range.positive("epsilon", "1e-8").check(path + ".epsilon", epsilon, problems);
    Range.nonNegative("weightDecay", "0.01").check(path + ".weightDecay", weightDecay, problems);
  }

  private static void checkSchedule(Schedule schedule, Problems problems) {
    switch (schedule) {
      case Constant() -> {}
      case StepDecay(int everyEpochs, double factor) -> {
        Range.of("everyEpochs", 1, JobLimits.EPOCHS_MAX)
            .check("schedule.step.everyEpochs", everyEpochs, problems);
        new Range("factor", 0, true, 1, false, "0.1")
            .check("schedule.step.factor", factor, problems);
      }
      case Cosine(double floor) -> checkFloor("schedule.cosine.floor", floor, problems);
      case Linear(double floor) -> checkFloor("schedule.linear.floor", floor, problems);
    }
  }

  private static void checkFloor(String path, double floor, Problems problems) {
    new Range("floor", 0, false, 1, false, "0").check(path, floor, problems);
  }

  private static void checkWarmup(TrainingSpec job, Problems problems) {
    boolean inRange =
        Range.of("warmupSteps", 0, JobLimits.STEPS_MAX)
            .check("schedule.warmupSteps", (double) job.warmupSteps(), problems);
    if (inRange
        && job.length() instanceof Steps(long steps)
        && steps >= 1
        && job.warmupSteps() > steps) {
      problems.add(
          Code.CONTRADICTION,
          "schedule.warmupSteps",
          "The warm-up takes " + job.warmupSteps() + " steps, the whole training " + steps + ".",
          "The learning rate would never reach its full height.",
          "Set warmupSteps to a small part of the steps.");
    }
  }
}
