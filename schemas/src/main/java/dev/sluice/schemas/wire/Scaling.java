package dev.sluice.schemas.wire;

/**
 * How a numeric column is brought to a common range; constants come from the training rows only.
 */
public enum Scaling {
  NONE,
  STANDARD,
  MIN_MAX
}
