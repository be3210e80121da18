package dev.sluice.worker.tasks;

import dev.sluice.schemas.wire.Objective;
import java.util.function.IntToDoubleFunction;

/** Losses of single answers, in binary64, with the same bits on every platform. */
final class Losses {

  /** Where the Huber loss turns from a parabola into a line; PyTorch's default. */
  private static final double HUBER_DELTA = 1;

  private Losses() {}

  /**
   * The loss of an answer that ought to be a class.
   *
   * @param logits the network's values
   * @param outputs how many there are
   * @param label the class it ought to be
   */
  static double ofClass(Objective objective, IntToDoubleFunction logits, int outputs, int label) {
    return switch (objective) {
      case CROSS_ENTROPY -> {
        double greatest = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < outputs; i++) {
          greatest = Math.max(greatest, logits.applyAsDouble(i));
        }
        double sum = 0;
        for (int i = 0; i < outputs; i++) {
          sum += StrictMath.exp(logits.applyAsDouble(i) - greatest);
        }
        yield StrictMath.log(sum) + greatest - logits.applyAsDouble(label);
      }
      case BINARY_CROSS_ENTROPY -> {
        double logit = logits.applyAsDouble(0);
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
