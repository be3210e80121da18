package dev.sluice.fold;

import dev.sluice.schemas.wire.Adam;
import dev.sluice.schemas.wire.AdamW;
import dev.sluice.schemas.wire.Optimizer;
import dev.sluice.schemas.wire.Sgd;

/**
 * Optimizer updates of one block, as PyTorch defines them.
 *
 * <p>Plain loops in binary32: Java evaluates them alike everywhere, and they run as fast as vector
 * code. Moments are changed in place, parameters are written to a new array, because the generation
 * before may still be needed.
 */
public sealed interface Update {

  /** Vectors that an optimizer keeps for each parameter. */
  static int moments(Optimizer optimizer) {
    return switch (optimizer) {
      case Sgd sgd -> sgd.momentum() == 0 ? 0 : 1;
      case Adam adam -> 2;
      case AdamW adamW -> 2;
    };
  }

  /**
   * One step.
   *
   * @param optimizer update rule
   * @param rate learning rate of this step
   * @param step from 0
   * @param samples number of samples in the sum of gradients
   * @param scale what their mean is multiplied with; 1 changes no bit
   */
  static Update of(Optimizer optimizer, double rate, long step, long samples, float scale) {
    return switch (optimizer) {
      case Sgd sgd -> new Descent(sgd, (float) rate, samples, scale);
      case Adam(double beta1, double beta2, double epsilon, double weightDecay) ->
          Adaptive.of(
              new AdamW(beta1, beta2, epsilon, 0), (float) weightDecay, rate, step, samples, scale);
      case AdamW adamW -> Adaptive.of(adamW, 0f, rate, step, samples, scale);
    };
  }

  /**
   * Applies it to elements [from, to). Each depends on those at the same place alone, so that what
   * is written may take the place of what is read.
   *
   * @param sum gradient summed over samples
   * @param old parameters before
   * @param next parameters after, written
   * @param moments the optimizer's vectors, changed in place
   */
  void apply(float[] sum, float[] old, float[] next, float[][] moments, int from, int to);

  /** Gradient descent. */
  record Descent(Sgd sgd, float rate, float count, float scale) implements Update {

    @Override
    public void apply(float[] sum, float[] old, float[] next, float[][] moments, int from, int to) {
      float count = this.count;
      float scale = this.scale;
      float rate = this.rate;
      float decay = (float) sgd.weightDecay();
      float momentum = (float) sgd.momentum();
      boolean nesterov = sgd.nesterov();
      float[] velocities = momentum == 0 ? next : moments[0];
      for (int i = from; i < to; i++) {
        float gradient = sum[i] / count * scale + decay * old[i];
        if (momentum != 0) {
          float velocity = momentum * velocities[i] + gradient;
          velocities[i] = velocity;
          gradient = nesterov ? gradient + momentum * velocity : velocity;
        }
        next[i] = old[i] - rate * gradient;
      }
    }
  }

  /** Adam, with either kind of weight decay. */
  record Adaptive(
      float beta1,
      float beta2,
      float epsilon,
      float coupledDecay,
      float stepSize,
      float rootCorrection,
      float keep,
      float count,
      float scale)
      implements Update {

    static Adaptive of(
        AdamW adam, float coupledDecay, double rate, long step, long samples, float scale) {
      return new Adaptive(
          (float) adam.beta1(),
          (float) adam.beta2(),
          (float) adam.epsilon(),
          coupledDecay,
          (float) (rate / (1 - StrictMath.pow(adam.beta1(), (double) (step + 1)))),
          (float) StrictMath.sqrt(1 - StrictMath.pow(adam.beta2(), (double) (step + 1))),
          (float) (1 - rate * adam.weightDecay()),
          samples,
          scale);
    }

    @Override
    public void apply(float[] sum, float[] old, float[] next, float[][] moments, int from, int to) {
      float beta1 = this.beta1;
      float beta2 = this.beta2;
      float epsilon = this.epsilon;
      float coupledDecay = this.coupledDecay;
      float stepSize = this.stepSize;
      float rootCorrection = this.rootCorrection;
      float keep = this.keep;
      float count = this.count;
      float scale = this.scale;
      float[] first = moments[0];
      float[] second = moments[1];
      for (int i = from; i < to; i++) {
        float gradient = sum[i] / count * scale + coupledDecay * old[i];
        first[i] = beta1 * first[i] + (1 - beta1) * gradient;
        second[i] = beta2 * second[i] + (1 - beta2) * gradient * gradient;
        float root = (float) Math.sqrt(second[i]) / rootCorrection + epsilon;
        next[i] = keep * old[i] - stepSize * first[i] / root;
      }
    }
  }
}
