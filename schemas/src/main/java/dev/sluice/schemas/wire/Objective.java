package dev.sluice.schemas.wire;

/** The quantity that training lowers, as the mean over samples. */
public enum Objective {
  CROSS_ENTROPY,
  BINARY_CROSS_ENTROPY,
  MEAN_SQUARED_ERROR,
  MEAN_ABSOLUTE_ERROR,
  HUBER
}
