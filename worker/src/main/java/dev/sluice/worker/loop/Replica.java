package dev.sluice.worker.loop;

import dev.sluice.fold.LocalOptimizer;
import dev.sluice.jobs.dataset.Rounds;
import dev.sluice.schemas.wire.TrainingSpec;
import dev.sluice.worker.compute.ShardSum;
import dev.sluice.worker.engine.EngineException;
import dev.sluice.worker.engine.TrainingProgram;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A shard as a replica: from the parameters of a round it makes the round's steps by itself. What
 * it contributes is the way that it has come, from where it has ended to where it began, times its
 * samples: the fold divides the sum by all samples, so that the mean counts each replica by its
 * samples, and takes it for a gradient. For one thread.
 */
final class Replica {

  /** What a shard's rows of a step give. */
  interface Gradients {
    /**
     * @param flat parameters
     * @param step step of the training
     * @param out the gradient's sum over samples, written
     */
    ShardSum at(MemorySegment flat, long step, int shard, MemorySegment out) throws EngineException;
  }

  private final Rounds rounds;
  private final LocalOptimizer optimizer;
  private final MemorySegment flat;
  private final float[] began;
  private final float[] values;
  private final float[] gradient;

  /**
   * @param parameters number of trained values, which is all there are
   * @param arena has room for the replica's parameters
   */
  Replica(TrainingSpec spec, Rounds rounds, int parameters, Arena arena) {
    this.rounds = rounds;
    optimizer = new LocalOptimizer(spec, rounds.stepsPerEpoch(), rounds.steps(), parameters);
    flat = arena.allocate(Math.max(1L, parameters) * Float.BYTES, TrainingProgram.ALIGNMENT_BYTES);
    began = new float[parameters];
    values = new float[parameters];
    gradient = new float[parameters];
  }

  /**
   * Makes the steps of a round.
   *
   * @param parameters those that the round begins with
   * @param out what the shard contributes, written
   */
  ShardSum run(
      MemorySegment parameters, long round, int shard, Gradients gradients, MemorySegment out)
      throws EngineException {
    read(parameters, began);
    System.arraycopy(began, 0, values, 0, values.length);
    optimizer.begin();
    var all = new ShardSum(out, 0, 0, true, null);
    for (long step = rounds.from(round); step < rounds.to(round); step++) {
      write(values, flat);
      var sum = gradients.at(flat, step, shard, out);
      all = all.plus(sum, out);
      if (sum.samples() > 0) { // the last step of an epoch may have fewer rows than shards
        read(out, gradient);
        optimizer.step(step, gradient, sum.samples(), values);
      }
    }
    float samples = all.samples();
    for (int i = 0; i < gradient.length; i++) {
      gradient[i] = samples * (began[i] - values[i]);
    }
    write(gradient, out);
    boolean finite = all.finite() && GroupGradient.allFinite(out, gradient.length);
    return new ShardSum(out, all.samples(), all.lossSum(), finite, null);
  }

  private static void read(MemorySegment from, float[] to) {
    MemorySegment.copy(from, ValueLayout.JAVA_FLOAT, 0, to, 0, to.length);
  }

  private static void write(float[] from, MemorySegment to) {
    MemorySegment.copy(from, 0, to, ValueLayout.JAVA_FLOAT, 0, from.length);
  }
}
