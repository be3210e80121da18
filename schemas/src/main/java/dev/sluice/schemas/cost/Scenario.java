package dev.sluice.schemas.cost;

/** Stub. */
public enum Scenario {
  OFFLINE,
  SINGLE_STREAM
}
