package dev.sluice.schemas.wire;

/**
 * A worker is about to run a task: its time begins, and a task that kills its workers is seen.
 *
 * @param jobId job id
 * @param taskId task id
 * @param attempt attempt as the ledger counts
 * @param worker worker
 * @param delivery how often the broker delivered the task
 * @param life which life of that worker
 */
public record AttemptStarted(
    String jobId, String taskId, int attempt, String worker, int delivery, String life)
    implements JobEvent {

  /** The process that begins. */
  public WorkerLife who() {
    return new WorkerLife(worker, life);
  }
}
