package dev.sluice.schemas.wire;

/** What to do with a job that no lane of the present fleet can run. */
public enum Unplaceable {
  HOLD,
  REFUSE
}
