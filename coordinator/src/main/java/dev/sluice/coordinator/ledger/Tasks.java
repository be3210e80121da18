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
    var again =
        new OpenTask(
            task.taskId(),
            task.kind(),
            task.attempt() + 1,
            nowMs,
            0,
            0,
            task.from(),
            task.count(),
            task.fromStep(),
            task.toStep(),
            task.round());
    job.replace(task, again);
    send(job, again, work, decision);
  }

  /** Dispatches the same attempt once more: the broker has dropped it before anyone began it. */
  static void requeue(JobDraft job, OpenTask task, TaskWork work, long nowMs, Decision decision) {
    var again =
        new OpenTask(
            task.taskId(),
            task.kind(),
            task.attempt(),
            nowMs,
            0,
            task.starts(),
            task.from(),
            task.count(),
            task.fromStep(),
            task.toStep(),
            task.round());
    job.replace(task, again);
    send(job, again, work, decision);
  }

  /** The same attempt, started: its time runs until the deadline. */
  static OpenTask started(OpenTask task, long deadlineMs) {
    return new OpenTask(
        task.taskId(),
        task.kind(),
        task.attempt(),
        task.issuedMs(),
        deadlineMs,
        task.starts() + 1,
        task.from(),
        task.count(),
        task.fromStep(),
        task.toStep(),
        task.round());
  }

  /** A task without a range. */
  static OpenTask single(String taskId, TaskKind kind, long nowMs) {
    return new OpenTask(taskId, kind, 1, nowMs, 0, 0, 0, 0, 0, 0, 0);
  }

  private static void send(JobDraft job, OpenTask task, TaskWork work, Decision decision) {
    var engine = job.training == null ? "" : job.training.engine();
    decision.send(
        new Effect.Dispatch(
            job.lane,
            job.spec.priority(),
            new Task(task.taskId(), job.jobId, task.attempt(), job.epoch, engine, work)));
  }
}
