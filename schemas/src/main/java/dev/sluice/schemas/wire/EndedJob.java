package dev.sluice.schemas.wire;

/**
 * A job that has ended and has left {@code sluice.job-states}.
 *
 * @param jobId job id
 * @param status how it ended
 * @param submittedMs when it was submitted
 * @param finishedMs when it ended
 * @param leftMs when it left; what is kept of it carries this time
 * @param prediction whether {@code sluice.predictions} has it, and not {@code sluice.job-history}
 */
public record EndedJob(
    String jobId,
    JobStatus status,
    long submittedMs,
    long finishedMs,
    long leftMs,
    boolean prediction) {

  /** A job that is in {@code sluice.job-history}. */
  public EndedJob(String jobId, JobStatus status, long submittedMs, long finishedMs, long leftMs) {
    this(jobId, status, submittedMs, finishedMs, leftMs, false);
  }
}
