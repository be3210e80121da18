package dev.sluice.worker.loop;

import dev.sluice.worker.compute.TaskNote;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What becomes of tasks, in the log. */
final class TaskNotes {

  private static final Logger LOG = LoggerFactory.getLogger(ComputeLoop.class);

  private TaskNotes() {}

  static void log(TaskNote note) {
    switch (note) {
      case TaskNote.Begins(var held) ->
          LOG.info(
              "Task {} of job {} begins, delivery {}: {}",
              held.task().taskId(),
              held.task().jobId(),
              held.delivery(),
              TaskWords.of(held.task().action()));
      case TaskNote.CameAgain(var task) ->
          LOG.info("Task {} of job {} came again.", task.taskId(), task.jobId());
      case TaskNote.Dropped(var task) ->
          LOG.info("Task {} of job {} is void: dropped.", task.taskId(), task.jobId());
      case TaskNote.Broke(var task, var why) ->
          LOG.warn("Task {} of job {} failed.", task.taskId(), task.jobId(), why);
      case TaskNote.Ends(var task, var outcome) ->
          LOG.info(
              "Task {} of job {} ends: {}", task.taskId(), task.jobId(), TaskWords.of(outcome));
      case TaskNote.NotReported(var task, var why) ->
          LOG.warn(
              "The report of task {} was not stored, so it goes back to the queue: {}",
              task.taskId(),
              why.getMessage());
      case TaskNote.NotStored(var jobId, var why) ->
          LOG.warn("Terms of job {} go back to the queue: {}", jobId, why);
    }
  }
}
