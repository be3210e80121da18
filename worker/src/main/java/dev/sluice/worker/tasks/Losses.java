package dev.sluice.worker.tasks;

import dev.sluice.schemas.wire.Objective;

/** Losses of single answers, in binary64, with the same bits on every platform. */
final class Losses {

  /** Where the Huber loss turns from a parabola into a line; PyTorch's default. */
  private static final double HUBER_DELTA = 1;

  private Losses() {}

  /**
   * The loss of an answer that ought to be a class.
   *
   * @param logits the network's values
   * @param label the class it ought to be
   */
  static double ofClass(Objective objective, double[] logits, int label) {
    return switch (objective) {
      case CROSS_ENTROPY -> {
        double greatest = Double.NEGATIVE_INFINITY;
        for (double logit : logits) {
          greatest = Math.max(greatest, logit);
        }
        double sum = 0;
        for (double logit : logits) {
          sum += StrictMath.exp(logit - greatest);
        }
        yield StrictMath.log(sum) + greatest - logits[label];
      }
      case BINARY_CROSS_ENTROPY -> {
        double logit = logits[0];
        yield Math.max(logit, 0)
            - logit * label
            + StrictMath.log1p(StrictMath.exp(-Math.abs(logit)));
      }
      case MEAN_SQUARED_ERROR, MEAN_ABSOLUTE_ERROR, HUBER ->
          throw new IllegalArgumentException(objective + " does not compare classes");
    };
  }

  /**
   * The loss of an answer that ought to be a number.
   *
   * @param value the answer, scaled as the label is
   * @param label the number that it ought to be
   */
  static double ofNumber(Objective objective, double value, double label) {
    double error = Math.abs(value - label);
    return switch (objective) {
      case MEAN_SQUARED_ERROR -> error * error;
      case MEAN_ABSOLUTE_ERROR -> error;
      case HUBER ->
          error < HUBER_DELTA ? error * error / 2 : HUBER_DELTA * (error - HUBER_DELTA / 2);
      case CROSS_ENTROPY, BINARY_CROSS_ENTROPY ->
          throw new IllegalArgumentException(objective + " does not compare numbers");
    };
  }
}
