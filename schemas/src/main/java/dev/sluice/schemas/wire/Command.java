package dev.sluice.schemas.wire;

/** What workers and the fold are to do with a job. */
public enum Command {
  RUN,
  PAUSE,
  STOP
}
