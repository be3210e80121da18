package dev.sluice.schemas.wire;

/** What becomes of a cell without a value in a feature column. */
public enum Missing {
  /** The file is refused. */
  REFUSE,
  /** The row is in neither part of the split. */
  DROP,
  /** The mean of the training rows; in a categorical or boolean column the most frequent value. */
  MEAN,
  /**
   * The median of the training rows; in a categorical or boolean column the most frequent value.
   */
  MEDIAN,
  /** The most frequent value of the training rows. */
  MOST_FREQUENT
}
