package dev.sluice.schemas.wire;

/**
 * A task's time is up.
 *
 * @param jobId job id
 * @param taskId task id
 * @param attempt attempt whose deadline it is; another attempt makes this record void
 */
public record DeadlineReached(String jobId, String taskId, int attempt) implements JobEvent {}
