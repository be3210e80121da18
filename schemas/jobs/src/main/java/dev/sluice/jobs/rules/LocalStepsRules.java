package dev.sluice.jobs.rules;

import dev.sluice.schemas.problem.Problems;
import dev.sluice.schemas.wire.BatchNorm;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.LayerStack;
import dev.sluice.schemas.wire.TrainingSpec;

/** Rules for replicas that make steps by themselves. */
final class LocalStepsRules {

  private static final String WHERE = "localSteps";

  private LocalStepsRules() {}

  static void check(TrainingSpec job, Problems problems) {
    var local = job.localSteps();
    if (local == null) {
      return;
    }
    Range.of("steps", 1, JobLimits.LOCAL_STEPS_MAX)
        .check(WHERE + ".steps", local.steps(), problems);
    Range.positive("learningRate", "0.7")
        .check(WHERE + ".learningRate", local.learningRate(), problems);
    Range.share("momentum", "0.9").check(WHERE + ".momentum", local.momentum(), problems);
    if (local.nesterov() && local.momentum() == 0) {
      problems.add(
          Code.CONTRADICTION,
          WHERE + ".nesterov",
          "Nesterov's momentum is asked for without momentum.",
          "It looks ahead along the momentum, which is 0.",
          "Set momentum: 0.9, for example, or nesterov: false.");
    }
    if (job.network() instanceof LayerStack stack
        && stack.layers().stream().anyMatch(BatchNorm.class::isInstance)) {
      problems.add(
          Code.CONTRADICTION,
          WHERE,
          "Replicas are to make steps by themselves, and the network has batch-norm.",
          "Each would have statistics of its own rows, and what they have come to has no mean that"
              + " its parameters were trained for.",
          "Use layer-norm, or leave localSteps out.");
    }
  }
}
