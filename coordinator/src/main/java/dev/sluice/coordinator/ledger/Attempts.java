package dev.sluice.coordinator.ledger;

import dev.sluice.coordinator.placement.Fleet;
import dev.sluice.schemas.wire.AttemptLost;
import dev.sluice.schemas.wire.AttemptStarted;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.DeadlineReached;
import dev.sluice.schemas.wire.JobStatus;
import dev.sluice.schemas.wire.OpenTask;
import dev.sluice.schemas.wire.TaskAction;
import dev.sluice.schemas.wire.TaskFailed;
import dev.sluice.schemas.wire.TaskReported;
import dev.sluice.schemas.wire.WorkerLife;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** What becomes of a task's attempts: they begin, fail, run too long, or never begin. */
final class Attempts {

  /** What a task of a job is to do. */
  interface Actions {
    TaskAction of(JobDraft job, OpenTask task);
  }

  /** No process has this name. */
  private static final WorkerLife NOBODY = new WorkerLife("", "");

  private final LedgerLimits limits;
  private final Placing placing;
  private final Actions actions;
  private final Stalls stalls;

  Attempts(LedgerLimits limits, Placing placing, Actions actions) {
    this.limits = limits;
    this.placing = placing;
    this.actions = actions;
    stalls = new Stalls(limits, placing);
  }

  /** What should be looked at again, as the events that say so. */
  List<DeadlineReached> stalled(LedgerState state, Moment moment) {
    return stalls.all(state, moment);
  }

  /** A worker has begun an attempt. */
  void started(JobDraft job, AttemptStarted event) {
    var task = job.task(event.taskId()).filter(t -> t.attempt() == event.attempt());
    if (task.isEmpty()) {
      return;
    }
    long nowMs = job.turn.nowMs();
    var begun = task.get().started(event.who(), nowMs, nowMs + limits.taskMs());
    var gone = gone(begun, event.who(), job.turn.fleet());
    if (gone.size() >= limits.startsMax()) {
      var next = event.worker() + " was the next.";
      Endings.bury(job, deadly(begun, gone, next));
      return;
    }
    job.replace(task.get(), begun);
  }

  /** A worker lives on without an attempt that it began, so it isn't one that the task ended. */
  static void lost(JobDraft job, AttemptLost event) {
    job.task(event.taskId())
        .filter(task -> task.attempt() == event.attempt())
        .ifPresent(task -> job.replace(task, task.lost(event.who())));
  }

  /**
   * Processes that began an attempt and have ended without saying so: they are not heard of any
   * more, or have been started again, as the beginner shows that has their id. Others may only be
   * slow.
   */
  private static List<WorkerLife> gone(OpenTask task, WorkerLife beginner, Fleet fleet) {
    return task.begun().stream()
        .filter(process -> !process.equals(beginner) && !fleet.left().contains(process))
        .filter(process -> process.worker().equals(beginner.worker()) || !fleet.hears(process))
        .toList();
  }

  /** An attempt has failed. */
  void failed(JobDraft job, OpenTask task, TaskReported report, TaskFailed failed) {
    if (report.attempt() != task.attempt()) {
      return;
    }
    if (!failed.retryable()) {
      Endings.end(job, JobStatus.FAILED, failed.cause());
    } else if (task.copied()) {
      // The other execution goes on, and this worker has lived to tell.
      job.replace(task, task.lost(report.who()).withoutCopy());
    } else if (task.attempt() >= limits.attemptsMax()) {
      Endings.bury(job, failed.cause());
    } else {
      again(job, task);
    }
  }

  /** A task is said to have stalled; by now it may have moved. */
  void overdue(JobDraft job, DeadlineReached event) {
    var open = job.task(event.taskId()).filter(t -> t.attempt() == event.attempt());
    if (open.isEmpty()) {
      return;
    }
    var task = open.get();
    switch (stalls.of(job, task)) {
      case NONE -> {}
      case STRANDED -> move(job);
      case DROPPED -> Tasks.requeue(job, task, actions.of(job, task));
      case LATE -> {
        var gone = gone(task, NOBODY, job.turn.fleet());
        if (gone.size() >= limits.startsMax()) {
          // The broker gave up on it before a further worker could be told of.
          Endings.bury(job, deadly(task, gone, "no further one was given it."));
        } else if (task.attempt() >= limits.attemptsMax()) {
          Endings.bury(job, tooLong(job, task));
        } else {
          again(job, task);
        }
      }
    }
  }

  private static Cause deadly(OpenTask task, List<WorkerLife> gone, String next) {
    return new Cause(
        Code.WORKERS_ENDED,
        task.taskId(),
        "Task " + task.taskId() + " ended " + gone.size() + " workers that ran it.",
        "Each of them stopped without a report (" + names(gone) + "); " + next,
        "Look at the workers' logs; a model file or data set may crash the engine.");
  }

  /** {@code gpu0 3 times, gpu1}. */
  private static String names(List<WorkerLife> processes) {
    var times = new LinkedHashMap<String, Integer>();
    processes.forEach(process -> times.merge(process.worker(), 1, Integer::sum));
    return times.entrySet().stream()
        .map(
            each ->
                each.getKey()
                    + (each.getValue() > 1
                        ? String.format(Locale.ROOT, " %d times", each.getValue())
                        : ""))
        .collect(Collectors.joining(", "));
  }

  private Cause tooLong(JobDraft job, OpenTask task) {
    return new Cause(
        Code.NOT_REPORTED,
        task.taskId(),
        "Task " + task.taskId() + " was not reported in " + limits.attemptsMax() + " attempts.",
        "Each attempt ran longer than " + limits.taskMs() + " ms.",
        "Look at the workers of lane " + Tasks.lane(job, task) + "; they may hang or lack memory.");
  }

  /** Another attempt, where there are workers for it. */
  private void again(JobDraft job, OpenTask task) {
    if (Stalls.stranded(job, task)) {
      job.open.remove(task);
      move(job);
      task = task.inLane(job.lane);
      job.open.add(task);
    }
    Tasks.redispatch(job, task, actions.of(job, task));
  }

  /**
   * Gives a job another lane where its own has no workers, and sends every stranded task there,
   * begun or not: whoever began one is gone.
   */
  private void move(JobDraft job) {
    var stranded = job.open.stream().filter(t -> Stalls.stranded(job, t)).toList();
    settle(job);
    if (job.turn.fleet().workers(job.lane, Tasks.engine(job)) == 0) {
      return; // those that have workers can't run it, as the verdicts say by now
    }
    for (var task : stranded) {
      var there = task.inLane(job.lane);
      job.replace(task, there);
      Tasks.requeue(job, there, actions.of(job, there));
    }
  }

  /** Gives a job a lane that has workers for it, where its own has none and another has. */
  private void settle(JobDraft job) {
    var fleet = job.turn.fleet();
    var engine = Tasks.engine(job);
    if (fleet.workers(job.lane, engine) == 0) {
      placing.place(
          job,
          Placing.known(job),
          job.turn.state().lanes(),
          lane -> fleet.workers(lane, engine) > 0);
    }
  }
}
