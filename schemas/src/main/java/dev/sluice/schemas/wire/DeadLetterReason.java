package dev.sluice.schemas.wire;

/** Why a record or a task is among the dead letters. */
public enum DeadLetterReason {
  /** Written by a release that gave no reason. */
  OTHER,
  /** The bytes are no such message, whatever schemas are known. */
  UNREADABLE,
  /** The schema it was written with did not come in time. */
  UNKNOWN_SCHEMA,
  /** It was read, and could not be decided on or carried out. */
  UNPROCESSABLE,
  /** A task that failed or was lost too often. */
  OUT_OF_ATTEMPTS
}
