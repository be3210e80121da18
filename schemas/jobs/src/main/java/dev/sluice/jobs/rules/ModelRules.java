package dev.sluice.jobs.rules;

import dev.sluice.jobs.network.NetworkResult;
import dev.sluice.jobs.network.NetworkShapes;
import dev.sluice.schemas.problem.Problems;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.LayerStack;
import dev.sluice.schemas.wire.Objective;
import dev.sluice.schemas.wire.Target;
import dev.sluice.schemas.wire.TorchScript;
import dev.sluice.schemas.wire.TrainingSpec;
import java.util.List;

/** Rules for the network of a training job, as far as they hold whatever the data. */
final class ModelRules {
  private static final int DIMENSIONS_MAX = 4;

  private ModelRules() {}

  static void check(TrainingSpec job, Problems problems) {
    switch (job.network()) {
      case LayerStack stack -> checkStack(job, stack, problems);
      case TorchScript script -> {
        DatasetRules.checkDigest("model.artifact", script.artifact(), problems);
        checkInput(script.input(), problems);
        checkObjective(job, problems);
      }
    }
  }

  private static void checkStack(TrainingSpec job, LayerStack stack, Problems problems) {
    // How many inputs categories become shows in the data.
    int featuresNamed = job.dataset().categorical().isEmpty() ? job.dataset().features().size() : 0;
    if (featuresNamed == 0) {
      NetworkShapes.check(stack).forEach(problems::add);
    }
    switch (NetworkShapes.infer(stack, featuresNamed > 0 ? featuresNamed : inputValues(stack))) {
      case NetworkResult.Fits(var plan) ->
          NetworkShapes.checkOutputs(plan.outputs(), job.objective(), job.dataset().target(), 0)
              .forEach(problems::add);
      case NetworkResult.DoesNotFit(var causes) -> {
        if (featuresNamed > 0) {
          causes.forEach(problems::add);
        }
        checkObjective(job, problems);
      }
    }
  }

  /** Feature columns that an image-shaped input asks for; 1 where any number will do. */
  private static int inputValues(LayerStack stack) {
    long values = 1;
    for (int dimension : stack.input()) {
      values = Math.clamp(values * Math.max(1, dimension), 1, Integer.MAX_VALUE);
    }
    return (int) values;
  }

  /** Checks the objective alone, with as many outputs as it would like. */
  private static void checkObjective(TrainingSpec job, Problems problems) {
    int outputs =
        job.objective() == Objective.CROSS_ENTROPY
                && job.dataset().target() == Target.CLASSIFICATION
            ? 2
            : 1;
    NetworkShapes.checkOutputs(outputs, job.objective(), job.dataset().target(), 0)
        .forEach(problems::add);
  }

  private static void checkInput(List<Integer> input, Problems problems) {
    if (input.size() > DIMENSIONS_MAX) {
      problems.add(
          Code.INVALID_VALUE,
          "model.input",
          "The input shape has " + input.size() + " dimensions.",
          "It has at most " + DIMENSIONS_MAX + ", the batch apart.",
          "Give the shape of one sample, such as [1, 8, 8].");
    }
    for (int i = 0; i < Math.min(DIMENSIONS_MAX, input.size()); i++) {
      Range.of("A dimension", 1, NetworkShapes.MAX_DIMENSION)
          .check("model.input[" + i + "]", input.get(i), problems);
    }
  }
}
