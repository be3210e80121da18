package dev.sluice.schemas.wire;

/**
 * The fold can't go on with a job.
 *
 * @param jobId job id
 * @param step step
 * @param cause why
 */
public record FoldFailed(String jobId, long step, Cause cause) implements JobEvent {}
