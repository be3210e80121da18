package dev.sluice.coordinator.ledger;

import dev.sluice.schemas.wire.JobStatus;
import dev.sluice.schemas.wire.OpenTask;
import dev.sluice.schemas.wire.ShardsLate;
import dev.sluice.schemas.wire.TaskKind;
import java.util.Comparator;
import java.util.List;

/**
 * A second execution of terms that keep a job waiting, as a rule because their worker is slow
 * (speculative execution: Dean and Ghemawat, MapReduce, OSDI 2004, section 3.6).
 *
 * <p>The copy is the same task and attempt once more, in the same lane; workers that wait for the
 * late shards take it. Both executions go on from the newest parameters there are, so the copy
 * computes nothing that is folded already. Of each step the first contribution in the log counts,
 * whoever sent it, and nothing of the slow worker is thrown away for being late. The first report
 * ends the task; for the other execution the parameters that come then say that its steps are done.
 *
 * <p>A term that no worker has begun gets a copy as well: whoever waits for it would have taken it,
 * so the broker may have locked it for a worker that never got to see it.
 */
final class Speculation {

  /** Of so many open terms of a job one may run twice, and one of fewer. */
  static final int TERMS_PER_COPY = 2;

  private final Attempts.Actions actions;

  Speculation(Attempts.Actions actions) {
    this.actions = actions;
  }

  /** Shards are said to be late; by now they may have come. */
  void late(JobDraft job, ShardsLate report) {
    var training = job.training;
    if (job.status != JobStatus.RUNNING
        || training == null
        || report.step() < training.generation()) {
      return;
    }
    var late = job.open.stream().filter(task -> isLate(task, report)).toList();
    long room = room(job, late);
    late.stream()
        .filter(task -> !task.copied())
        // Those that nobody works on first.
        .sorted(Comparator.comparing(task -> task.deadlineMs() > 0))
        .limit(Math.max(0, room))
        .forEach(task -> Tasks.copy(job, task, actions.of(job, task)));
  }

  private static boolean isLate(OpenTask task, ShardsLate report) {
    return task.kind() == TaskKind.TERM
        && task.fromStep() <= report.step()
        && report.step() < task.toStep()
        && report.shards().stream()
            .anyMatch(shard -> shard >= task.from() && shard < task.from() + task.count());
  }

  /**
   * Copies that may be added: so many as there are others to run them, and a share of all terms.
   */
  private static long room(JobDraft job, List<OpenTask> late) {
    var slow = late.stream().flatMap(task -> task.begun().stream()).distinct();
    long others =
        job.turn.fleet().workers(job.lane, Tasks.engine(job))
            - slow.filter(worker -> job.turn.fleet().hears(worker)).count();
    long terms = job.open.stream().filter(task -> task.kind() == TaskKind.TERM).count();
    long copies = job.open.stream().filter(OpenTask::copied).count();
    return Math.min(others, Math.ceilDiv(terms, TERMS_PER_COPY)) - copies;
  }
}
