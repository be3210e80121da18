package dev.sluice.schemas.wire;

/** What is looked at to tell which parameters are the better ones on held-out rows. */
public enum ValidationMetric {
  /** The mean of the objective over rows; less is better. */
  LOSS,
  /** The share of rows that are answered right; more is better. */
  ACCURACY,
  /** The root of the mean squared error, in the label's own unit; less is better. */
  RMSE;

  /** Whether a larger value is a better one. */
  public boolean moreIsBetter() {
    return this == ACCURACY;
  }
}
