package dev.sluice.schemas.wire;

/**
 * A job that has ended and has left {@code sluice.job-states} for {@code sluice.job-history}.
 *
 * @param jobId job id
 * @param status how it ended
 * @param submittedMs when it was submitted
 * @param finishedMs when it ended
 * @param leftMs when it left; what the history has of it carries this time
 */
public record EndedJob(
    String jobId, JobStatus status, long submittedMs, long finishedMs, long leftMs) {}
