package dev.sluice.schemas.wire;

/**
 * Which queue of a lane a task joins. Priority decides which waiting task is taken first; nothing
 * is pre-empted.
 */
public enum Priority {
  HIGH,
  NORMAL,
  LOW
}
