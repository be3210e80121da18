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
final class Update {

  private Update() {}

  /** Vectors that an optimizer keeps for each parameter. */
  static int moments(Optimizer optimizer) {
    return switch (optimizer) {
      case Sgd sgd -> sgd.momentum() == 0 ? 0 : 1;
      case Adam adam -> 2;
      case AdamW adamW -> 2;
    };
  }

  /**
   * Applies one step to elements [0, trained).
   *
   * @param optimizer update rule
   * @param rate learning rate of this step
   * @param step from 0
   * @param sum gradient summed over samples
   * @param samples number of samples in the sum
   * @param old parameters before
   * @param next parameters after, written
   * @param trained elements to update
   * @param moments the optimizer's vectors, changed in place
   */
  static void apply(
      Optimizer optimizer,
      double rate,
      long step,
      float[] sum,
      long samples,
      float[] old,
      float[] next,
      int trained,
      float[][] moments) {
    switch (optimizer) {
      case Sgd sgd -> sgd(sgd, (float) rate, sum, samples, old, next, trained, moments);
      case Adam(double beta1, double beta2, double epsilon, double weightDecay) ->
          adam(
              new AdamW(beta1, beta2, epsilon, 0),
              (float) weightDecay,
              rate,
              step,
              sum,
              samples,
              old,
              next,
              trained,
              moments);
      case AdamW adamW -> adam(adamW, 0f, rate, step, sum, samples, old, next, trained, moments);
    }
  }

  private static void sgd(
      Sgd sgd,
      float rate,
      float[] sum,
      long samples,
      float[] old,
      float[] next,
      int trained,
      float[][] moments) {
    float count = samples;
    float decay = (float) sgd.weightDecay();
    float momentum = (float) sgd.momentum();
    for (int i = 0; i < trained; i++) {
      float gradient = sum[i] / count + decay * old[i];
      if (momentum != 0) {
        float velocity = momentum * moments[0][i] + gradient;
        moments[0][i] = velocity;
        gradient = sgd.nesterov() ? gradient + momentum * velocity : velocity;
      }
      next[i] = old[i] - rate * gradient;
    }
  }

  private static void adam(
      AdamW adam,
      float coupledDecay,
      double rate,
      long step,
      float[] sum,
      long samples,
      float[] old,
      float[] next,
      int trained,
      float[][] moments) {
    float count = samples;
    float beta1 = (float) adam.beta1();
    float beta2 = (float) adam.beta2();
    float epsilon = (float) adam.epsilon();
    float stepSize = (float) (rate / (1 - StrictMath.pow(adam.beta1(), (double) (step + 1))));
    float rootCorrection =
        (float) StrictMath.sqrt(1 - StrictMath.pow(adam.beta2(), (double) (step + 1)));
    float keep = (float) (1 - rate * adam.weightDecay());
    float[] first = moments[0];
    float[] second = moments[1];
    for (int i = 0; i < trained; i++) {
      float gradient = sum[i] / count + coupledDecay * old[i];
      first[i] = beta1 * first[i] + (1 - beta1) * gradient;
      second[i] = beta2 * second[i] + (1 - beta2) * gradient * gradient;
      float root = (float) Math.sqrt(second[i]) / rootCorrection + epsilon;
      next[i] = keep * old[i] - stepSize * first[i] / root;
    }
  }
}
