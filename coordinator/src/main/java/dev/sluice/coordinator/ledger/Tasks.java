package dev.sluice.coordinator.ledger;

import dev.sluice.schemas.topics.FactPart;
import dev.sluice.schemas.wire.OpenTask;
import dev.sluice.schemas.wire.Task;
import dev.sluice.schemas.wire.TaskAction;
import dev.sluice.schemas.wire.TaskKind;

/** Dispatches tasks and keeps their attempts. The only place that does. */
final class Tasks {

  private Tasks() {}

  /** Dispatches the first attempt of a task. */
  static void dispatch(JobDraft job, OpenTask task, TaskAction action) {
    job.open.add(task);
    send(job, task, action);
  }

  /** Dispatches another attempt of a task that is open. */
  static void redispatch(JobDraft job, OpenTask task, TaskAction action) {
    var again = task.again(job.turn.nowMs());
    job.replace(task, again);
    send(job, again, action);
  }

  /** Dispatches the same attempt once more: the broker has dropped it before anyone began it. */
  static void requeue(JobDraft job, OpenTask task, TaskAction action) {
    var again = task.requeued(job.turn.nowMs());
    job.replace(task, again);
    send(job, again, action);
  }

  /**
   * Dispatches a second copy of an attempt that a slow worker runs: whoever reports first counts.
   */
  static void copy(JobDraft job, OpenTask task, TaskAction action) {
    var twice = task.withCopy();
    job.replace(task, twice);
    send(job, twice, action);
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
  static OpenTask single(JobDraft job, String taskId, TaskKind kind) {
    return OpenTask.first(taskId, kind, job.turn.nowMs(), 0, 0, 0, 0, 0);
  }

  private static void send(JobDraft job, OpenTask task, TaskAction action) {
    job.turn.send(
        new Effect.Dispatch(
            lane(job, task),
            job.spec.priority(),
            new Task(
                task.taskId(),
                job.jobId,
                task.attempt(),
                job.epoch,
                engine(job),
                job.digest(FactPart.SPEC),
                job.digest(FactPart.FOUND),
                action)));
  }
}
