package dev.sluice.schemas.wire;

/** Where a job stands. The last four are terminal. */
public enum JobStatus {
  HELD,
  RESOLVING,
  PREPARING,
  RUNNING,
  EXPORTING,
  REGISTERING,
  SUCCEEDED,
  FAILED,
  CANCELLED,
  REFUSED
}
