package dev.sluice.schemas.wire;

/** What admission found for one lane. */
public enum Verdict {
  CHOSEN,
  POSSIBLE,
  IMPOSSIBLE
}
