package dev.sluice.schemas.wire;

/** What placement lowers. */
public enum Aim {
  /** The time at which the job is done. */
  FINISH,
  /** The energy that it takes. */
  ENERGY
}
