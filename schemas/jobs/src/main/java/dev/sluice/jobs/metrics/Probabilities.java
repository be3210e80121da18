package dev.sluice.jobs.metrics;

import dev.sluice.schemas.wire.Objective;

/** What a classifier's scores say of how likely its classes are. */
public final class Probabilities {
  private static final double[] NONE = {};

  private Probabilities() {}

  /**
   * The probability of each class: softmax of several logits, the sigmoid of one.
   *
   * @param scores logits of one row, all finite
   * @return one for each class, in output order; none for a regression
   */
  public static double[] of(Objective objective, float[] scores) {
    return switch (objective) {
      case CROSS_ENTROPY -> softmax(scores);
      case BINARY_CROSS_ENTROPY -> scores.length == 1 ? sigmoid(scores[0]) : softmax(scores);
      case MEAN_SQUARED_ERROR, MEAN_ABSOLUTE_ERROR, HUBER -> NONE;
    };
  }

  private static double[] sigmoid(float score) {
    double second = 1 / (1 + Math.exp(-score));
    return new double[] {1 - second, second};
  }

  private static double[] softmax(float[] scores) {
    double max = Double.NEGATIVE_INFINITY;
    for (float score : scores) {
      max = Math.max(max, score);
    }
    double[] shares = new double[scores.length];
    double sum = 0;
    for (int i = 0; i < scores.length; i++) {
      shares[i] = Math.exp(scores[i] - max);
      sum += shares[i];
    }
    for (int i = 0; i < shares.length; i++) {
      shares[i] /= sum;
    }
    return shares;
  }
}
