package dev.sluice.schemas.wire;

/**
 * One record of a task topic.
 *
 * @param taskId task id, unique within the job
 * @param jobId job id
 * @param attempt attempt, from 1
 * @param epoch epoch of the job
 * @param engine engine fingerprint required; empty: any
 * @param spec digest of the job's spec, as in {@code sluice.job-facts}
 * @param found digest of what was found out about the job; 0: nothing that this task needs
 * @param action what to do
 */
public record Task(
    String taskId,
    String jobId,
    int attempt,
    int epoch,
    String engine,
    long spec,
    long found,
    TaskAction action) {}
