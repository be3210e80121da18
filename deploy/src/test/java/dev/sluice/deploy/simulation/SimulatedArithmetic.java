package dev.sluice.deploy.simulation;

import dev.sluice.schemas.wire.TrainingSpec;
import dev.sluice.schemas.wire.ValidationSums;
import dev.sluice.worker.compute.ShardSum;
import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;
import java.util.function.ObjIntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What a simulated worker computes in place of a network: gradients that depend on every parameter,
 * on the step and on the shard, so that any mistake in who computed what from which generation
 * shows in the bits.
 */
final class SimulatedArithmetic {

  /** Training passes by it, so that the best parameters are neither the first nor the last ones. */
  private static final double SUM_SOUGHT = 0.435;

  private static final double LOSS = 0.5;

  private SimulatedArithmetic() {}

  static float[] initial(long seed, int floats) {
    var random = new SplittableRandom(seed);
    float[] values = new float[floats];
    for (int i = 0; i < floats; i++) {
      values[i] = (float) (random.nextDouble() - 0.5);
    }
    return values;
  }

  /**
   * Sum over an aligned group of shards, by the rule that workers follow.
   *
   * @param complete told of each sum before it is added to another, with the number of its shards
   */
  static float[] gradient(
      TrainingSpec spec,
      float[] parameters,
      long step,
      int from,
      int shards,
      ObjIntConsumer<float[]> complete) {
    float[] sum = shards == 1 ? leaf(spec, parameters, step, from) : null;
    if (sum == null) {
      sum = gradient(spec, parameters, step, from, shards / 2, complete);
      float[] right = gradient(spec, parameters, step, from + shards / 2, shards / 2, complete);
      for (int i = 0; i < sum.length; i++) {
        sum[i] += right[i];
      }
    }
    complete.accept(sum, shards);
    return sum;
  }

  private static float[] leaf(TrainingSpec spec, float[] parameters, long step, int from) {
    var random = new SplittableRandom(spec.seed() * 31 + step * 1_000_003 + from);
    float mean = 0;
    for (float value : parameters) {
      mean += value;
    }
    mean /= parameters.length;
    float[] gradient = new float[parameters.length];
    for (int i = 0; i < gradient.length; i++) {
      gradient[i] = (float) random.nextDouble() * (parameters[i] + mean) + 0.01f;
    }
    return gradient;
  }

  /** Sums over the held-out rows of an aligned group of shards, by the rule that workers follow. */
  static ValidationSums validation(float[] parameters, int from, int shards) {
    if (shards > 1) {
      return validation(parameters, from, shards / 2)
          .plus(validation(parameters, from + shards / 2, shards / 2));
    }
    double sum = 0;
    for (float value : parameters) {
      sum += value;
    }
    double distance = sum - SUM_SOUGHT;
    return new ValidationSums(1, 1, 0, distance * distance * (1 + from), 0);
  }

  /** What some shards contribute; a shard has one sample. */
  static ShardSum sum(
      float[] vector, int samples, boolean finite, @Nullable ValidationSums validation) {
    return new ShardSum(MemorySegment.ofArray(vector), samples, samples * LOSS, finite, validation);
  }
}
