package dev.sluice.schemas.wire;

/** Which rows of a data set a job reads. */
public enum Rows {
  ALL,
  TRAINING,
  HOLDOUT
}
