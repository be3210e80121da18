package dev.sluice.schemas.wire;

/**
 * A worker lives on without a task that it had begun, as the broker has given it to others or it
 * was given back: whatever ends that worker later, it is not this task.
 *
 * @param jobId job id
 * @param taskId task id
 * @param attempt attempt as the ledger counts
 * @param worker worker
 * @param life which life of that worker
 */
public record AttemptLost(String jobId, String taskId, int attempt, String worker, String life)
    implements JobEvent {

  /** The process that lives on. */
  public WorkerLife who() {
    return new WorkerLife(worker, life);
  }
}
