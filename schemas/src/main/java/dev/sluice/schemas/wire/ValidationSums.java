package dev.sluice.schemas.wire;

/**
 * Sums over answers to some held-out rows.
 *
 * @param rows rows that carry a label
 * @param judged rows of these that could be answered and whose label is known
 * @param correct rows that were answered right; of a classification
 * @param lossSum sum over the judged rows of the objective, which classes' weights don't change
 * @param squaredSum sum over the judged rows of the squared error in the label's own unit; of a
 *     regression
 */
public record ValidationSums(
    long rows, long judged, long correct, double lossSum, double squaredSum) {

  /** No rows. */
  public static final ValidationSums NOTHING = new ValidationSums(0, 0, 0, 0, 0);

  /** These rows and then those; the order decides the bits. */
  public ValidationSums plus(ValidationSums other) {
    return new ValidationSums(
        rows + other.rows,
        judged + other.judged,
        correct + other.correct,
        lossSum + other.lossSum,
        squaredSum + other.squaredSum);
  }

  /** A metric over these rows; NaN where there is none to judge by. */
  public double value(ValidationMetric metric) {
    return switch (metric) {
      case LOSS -> lossSum / judged;
      case ACCURACY -> (double) correct / rows;
      case RMSE -> Math.sqrt(squaredSum / judged);
    };
  }
}
