package dev.sluice.coordinator.ledger;

import dev.sluice.schemas.wire.DeadlineReached;
import dev.sluice.schemas.wire.JobStatus;
import dev.sluice.schemas.wire.Lane;
import dev.sluice.schemas.wire.LaneVerdict;
import dev.sluice.schemas.wire.OpenTask;
import dev.sluice.schemas.wire.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

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
    var looking = new Turn(state, moment, new Decision());
    var found = new ArrayList<DeadlineReached>();
    var held = new ArrayList<JobDraft>();
    for (var stored : state.activeJobs()) {
      var job = new JobDraft(stored, looking);
      for (var task : job.open) {
        if (of(job, task) != Stall.NONE) {
          found.add(new DeadlineReached(job.jobId, task.taskId(), task.attempt()));
        }
      }
      if (job.status == JobStatus.HELD) {
        held.add(job);
      }
    }
    state
        .held()
        .startable(held, state.lanes(), moment.fleet(), moment.nowMs(), this::startable)
        .forEach(job -> found.add(new DeadlineReached(job.jobId, "", 0)));
    return found;
  }

  private boolean startable(JobDraft job) {
    var lanes = job.turn.state().lanes();
    return placing.place(job, Placing.known(job), lanes, any -> true).isEmpty();
  }

  /** Why a task doesn't move. */
  Stall of(JobDraft job, OpenTask task) {
    long nowMs = job.turn.nowMs();
    if (task.deadlineMs() > 0 && task.deadlineMs() <= nowMs) {
      return Stall.LATE;
    }
    long ageMs = nowMs - task.issuedMs();
    if (ageMs >= Math.min(STRANDED_MS, limits.queueMs()) && stranded(job, task)) {
      return Stall.STRANDED;
    }
    boolean waits = task.deadlineMs() == 0 && ageMs >= limits.queueMs();
    return waits && dropped(job, task) ? Stall.DROPPED : Stall.NONE;
  }

  /**
   * Whether a task's lane has no worker for it and another has that may run it: lanes that were
   * opened since the job was judged are not known to be impossible.
   */
  static boolean stranded(JobDraft job, OpenTask task) {
    var own = Tasks.lane(job, task);
    var engine = Tasks.engine(job);
    var fleet = job.turn.fleet();
    if (fleet.workers(own, engine) > 0) {
      return false;
    }
    var impossible =
        job.verdicts.stream()
            .filter(verdict -> verdict.verdict() == Verdict.IMPOSSIBLE)
            .map(LaneVerdict::lane)
            .collect(Collectors.toSet());
    return job.turn.state().lanes().stream()
        .map(Lane::lane)
        .anyMatch(lane -> fleet.workers(lane, engine) > 0 && !impossible.contains(lane));
  }

  private boolean dropped(JobDraft job, OpenTask task) {
    var fleet = job.turn.fleet();
    var lane = Tasks.lane(job, task);
    var engine = Tasks.engine(job);
    if (fleet.workers(lane, engine) == 0) {
      return false;
    }
    boolean idle = fleet.idle(lane, engine) && fleet.nothingWaits(lane);
    long latestMs = job.turn.state().latestBegun(new LaneQueue(lane, engine, job.spec.priority()));
    return idle || latestMs >= task.issuedMs() + limits.queueMs();
  }
}
