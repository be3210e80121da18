package dev.sluice.schemas.wire;

/**
 * A worker says how a task ended.
 *
 * @param jobId job id
 * @param taskId task id
 * @param attempt attempt
 * @param worker worker
 * @param engine engine fingerprint of that worker
 * @param outcome how it ended
 * @param life which life of that worker
 */
public record TaskReported(
    String jobId,
    String taskId,
    int attempt,
    String worker,
    String engine,
    Outcome outcome,
    String life)
    implements JobEvent {

  /** The process that says so. */
  public WorkerLife who() {
    return new WorkerLife(worker, life);
  }
}
