package dev.sluice.coordinator.ledger;

import dev.sluice.schemas.wire.DeadlineReached;
import dev.sluice.schemas.wire.JobStatus;
import dev.sluice.schemas.wire.Lane;
import dev.sluice.schemas.wire.OpenTask;
import dev.sluice.schemas.wire.Priority;
import dev.sluice.schemas.wire.Verdict;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds what doesn't move and could. A task may wait for hours where its lane is busy; that is no
 * stall. A task stalls
 *
 * <ul>
 *   <li>late: a worker began it, and its time is up;
 *   <li>stranded: its lane has no worker for it, and another lane that can run it has;
 *   <li>dropped: the broker gave up on it, which it does with a record that was given back too
 *       often. That shows where a worker idles in a lane in which nothing waits, and where workers
 *       have begun what was dispatched much later: a lane hands its tasks out in order.
 * </ul>
 */
final class Stalls {

  /** A lane without workers for so long is not one whose workers are just being replaced. */
  static final long STRANDED_MS = 10_000;

  /** Held jobs that are judged again in one look. */
  private static final int HELD_MAX = 100;

  /** Why a task doesn't move. */
  enum Stall {
    NONE,
    LATE,
    STRANDED,
    DROPPED
  }

  private final LedgerLimits limits;
  private final Placing placing;

  Stalls(LedgerLimits limits, Placing placing) {
    this.limits = limits;
    this.placing = placing;
  }

  /** What the ledger should look at again; an event for each. */
  List<DeadlineReached> all(LedgerState state, Moment moment) {
    var found = new ArrayList<DeadlineReached>();
    var held = new ArrayList<JobDraft>();
    var begun = latestBegun(state);
    for (var stored : state.activeJobs()) {
      var job = new JobDraft(stored);
      for (var task : job.open) {
        if (of(state, begun, job, task, moment) != Stall.NONE) {
          found.add(new DeadlineReached(job.jobId, task.taskId(), task.attempt()));
        }
      }
      if (job.status == JobStatus.HELD) {
        held.add(job);
      }
    }
    // Another hundred each second, so that those which can never start keep no others waiting.
    long looks = Math.max(1, Math.ceilDiv(held.size(), HELD_MAX));
    held.stream()
        .skip(moment.nowMs() / 1_000 % looks * HELD_MAX)
        .limit(HELD_MAX)
        .filter(job -> startable(state, job, moment))
        .forEach(job -> found.add(new DeadlineReached(job.jobId, "", 0)));
    return found;
  }

  private boolean startable(LedgerState state, JobDraft job, Moment moment) {
    return placing.place(job, Placing.known(job), state.lanes(), moment, any -> true).isEmpty();
  }

  /** Why a task doesn't move. */
  Stall of(LedgerState state, JobDraft job, OpenTask task, Moment moment) {
    return of(state, latestBegun(state), job, task, moment);
  }

  private Stall of(
      LedgerState state, Map<Queue, Long> begun, JobDraft job, OpenTask task, Moment moment) {
    long nowMs = moment.nowMs();
    if (task.deadlineMs() > 0 && task.deadlineMs() <= nowMs) {
      return Stall.LATE;
    }
    long ageMs = nowMs - task.issuedMs();
    if (ageMs >= Math.min(STRANDED_MS, limits.queueMs()) && stranded(state, job, task, moment)) {
      return Stall.STRANDED;
    }
    boolean waits = task.deadlineMs() == 0 && ageMs >= limits.queueMs();
    return waits && dropped(begun, job, task, moment) ? Stall.DROPPED : Stall.NONE;
  }

  /**
   * Whether a task's lane has no worker for it and another has that may run it: lanes that were
   * opened since the job was judged are not known to be impossible.
   */
  static boolean stranded(LedgerState state, JobDraft job, OpenTask task, Moment moment) {
    var own = Tasks.lane(job, task);
    var engine = Tasks.engine(job);
    var fleet = moment.fleet();
    return fleet.workers(own, engine) == 0
        && state.lanes().stream()
            .map(Lane::lane)
            .anyMatch(lane -> fleet.workers(lane, engine) > 0 && !impossible(job, lane));
  }

  private static boolean impossible(JobDraft job, String lane) {
    return job.verdicts.stream()
        .anyMatch(v -> v.lane().equals(lane) && v.verdict() == Verdict.IMPOSSIBLE);
  }

  private boolean dropped(Map<Queue, Long> begun, JobDraft job, OpenTask task, Moment moment) {
    var fleet = moment.fleet();
    var lane = Tasks.lane(job, task);
    var engine = Tasks.engine(job);
    if (fleet.workers(lane, engine) == 0) {
      return false;
    }
    boolean idle = fleet.idle(lane, engine) && fleet.nothingWaits(lane);
    long latestMs = begun.getOrDefault(new Queue(lane, job.spec.priority()), Long.MIN_VALUE);
    return idle || latestMs >= task.issuedMs() + limits.queueMs();
  }

  /** What hands its tasks out in order. */
  private record Queue(String lane, Priority priority) {}

  /** When the latest of the tasks that have begun was dispatched, for each queue. */
  private static Map<Queue, Long> latestBegun(LedgerState state) {
    var latest = new HashMap<Queue, Long>();
    for (var job : state.activeJobs()) {
      for (var task : job.open()) {
        if (task.deadlineMs() > 0) {
          var queue = new Queue(LedgerState.lane(job, task), job.spec().priority());
          latest.merge(queue, task.issuedMs(), Math::max);
        }
      }
    }
    return latest;
  }
}
