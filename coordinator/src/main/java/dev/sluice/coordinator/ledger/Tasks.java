package dev.sluice.coordinator.ledger;

import dev.sluice.schemas.wire.OpenTask;
import dev.sluice.schemas.wire.Task;
import dev.sluice.schemas.wire.TaskKind;
import dev.sluice.schemas.wire.TaskWork;

/** Dispatches tasks and keeps their attempts. The only place that does. */
final class Tasks {

  private Tasks() {}

  /** Dispatches the first attempt of a task. */
  static void dispatch(JobDraft job, OpenTask task, TaskWork work, Decision decision) {
    job.open.add(task);
    send(job, task, work, decision);
  }

  /** Dispatches another attempt of a task that is open. */
  static void redispatch(
      JobDraft job, OpenTask task, TaskWork work, long nowMs, Decision decision) {
    var again = task.again(nowMs);
    job.replace(task, again);
    send(job, again, work, decision);
  }

  /** Dispatches the same attempt once more: the broker has dropped it before anyone began it. */
  static void requeue(JobDraft job, OpenTask task, TaskWork work, long nowMs, Decision decision) {
    var again = task.requeued(nowMs);
    job.replace(task, again);
    send(job, again, work, decision);
  }

  /**
   * Dispatches a second copy of an attempt that a slow worker runs: whoever reports first counts.
   */
  static void copy(JobDraft job, OpenTask task, TaskWork work, Decision decision) {
    var twice = task.withCopy();
    job.replace(task, twice);
    send(job, twice, work, decision);
  }

  /** Where a task waits or runs. */
  static String lane(JobDraft job, OpenTask task) {
    return task.lane().isEmpty() ? job.lane : task.lane();
  }

  /** Engine that a job is pinned to; empty before it is. */
  static String engine(JobDraft job) {
    return job.training == null ? "" : job.training.engine();
  }

  /** A task without a range. */
  static OpenTask single(String taskId, TaskKind kind, long nowMs) {
    return OpenTask.first(taskId, kind, nowMs, 0, 0, 0, 0, 0);
  }

  private static void send(JobDraft job, OpenTask task, TaskWork work, Decision decision) {
    decision.send(
        new Effect.Dispatch(
            lane(job, task),
            job.spec.priority(),
            new Task(task.taskId(), job.jobId, task.attempt(), job.epoch, engine(job), work)));
  }
}
