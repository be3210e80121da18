package dev.sluice.fold;

import dev.sluice.schemas.wire.TrainingSpec;
import java.util.Arrays;

/**
 * The steps that a replica makes by itself, by the rules of the fold's updates. Its moments begin
 * anew with each round: what a round comes to is a function of its parameters, its rows and nothing
 * else, so that whoever takes a shard over has lost nothing.
 */
public final class LocalOptimizer {

  private final TrainingSpec spec;
  private final long stepsPerEpoch;
  private final long steps;
  private final float[][] moments;
  private long done;

  /**
   * @param spec the job
   * @param stepsPerEpoch steps of an epoch
   * @param steps steps in all
   * @param parameters number of trained values
   */
  public LocalOptimizer(TrainingSpec spec, long stepsPerEpoch, long steps, int parameters) {
    this.spec = spec;
    this.stepsPerEpoch = stepsPerEpoch;
    this.steps = steps;
    moments = new float[Update.moments(spec.optimizer())][parameters];
  }

  /** A round begins. */
  public void begin() {
    done = 0;
    for (var moment : moments) {
      Arrays.fill(moment, 0);
    }
  }

  /**
   * Makes a step.
   *
   * @param step step of the training, from 0: the learning rate follows from it
   * @param sum gradient summed over samples
   * @param samples number of samples in the sum, at least 1
   * @param values the replica's parameters, changed
   */
  public void step(long step, float[] sum, long samples, float[] values) {
    double rate =
        LearningRate.at(
            spec.learningRate(), spec.schedule(), spec.warmupSteps(), stepsPerEpoch, steps, step);
    float scale = GradientNorm.scale(spec.clipNorm(), sum, values.length, samples);
    Update.of(spec.optimizer(), rate, done, samples, scale)
        .apply(sum, values, values, moments, 0, values.length);
    done++;
  }
}
