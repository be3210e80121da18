package dev.sluice.schemas.wire;

/**
 * A job is to end as cancelled.
 *
 * @param jobId job id
 * @param reason who asks and why, for people
 */
public record CancelRequested(String jobId, String reason) implements JobEvent {}
