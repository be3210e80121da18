package dev.sluice.schemas.wire;

/** What a task is for. */
public enum TaskKind {
  PREPARE,
  TERM,
  EXPORT,
  INFER,
  QUANTISE
}
