package dev.sluice.schemas.wire;

/** Whether labels name a class or are a number to approximate. */
public enum Target {
  CLASSIFICATION,
  REGRESSION
}
