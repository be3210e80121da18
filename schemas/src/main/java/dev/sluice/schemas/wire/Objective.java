package dev.sluice.schemas.wire;

/** The quantity that training lowers, as the mean over samples. */
public enum Objective {
  CROSS_ENTROPY,
  BINARY_CROSS_ENTROPY,
  MEAN_SQUARED_ERROR,
  MEAN_ABSOLUTE_ERROR,
  HUBER;

  /** Whether answers are classes; else they are numbers. */
  public boolean ofClasses() {
    return switch (this) {
      case CROSS_ENTROPY, BINARY_CROSS_ENTROPY -> true;
      case MEAN_SQUARED_ERROR, MEAN_ABSOLUTE_ERROR, HUBER -> false;
    };
  }
}
