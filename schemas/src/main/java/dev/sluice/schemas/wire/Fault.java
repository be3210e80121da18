package dev.sluice.schemas.wire;

/** Whose move it is after something went wrong. */
public enum Fault {
  BAD_INPUT,
  OUR_FAULT,
  NO_CAPACITY
}
