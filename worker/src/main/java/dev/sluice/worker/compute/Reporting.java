package dev.sluice.worker.compute;

import dev.sluice.schemas.wire.Outcome;
import dev.sluice.schemas.wire.TaskFailed;
import dev.sluice.worker.lease.HeldTask;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Reports of tasks that have ended, on their way to the brokers. A task is settled when its report
 * is stored; where that fails it goes back to the queue.
 */
final class Reporting {

  private final TaskReports reports;
  private final TaskSource source;
  private final Consumer<TaskNote> journal;
  private final Consumer<String> settled;
  private final Set<String> underWay = new HashSet<>();

  /**
   * @param settled told, by any thread, when a report's fate is known; leads to {@link #settled}
   */
  Reporting(
      TaskReports reports,
      TaskSource source,
      Consumer<TaskNote> journal,
      Consumer<String> settled) {
    this.reports = reports;
    this.source = source;
    this.journal = journal;
    this.settled = settled;
  }

  /** A task has ended. */
  void ended(HeldTask held, Outcome outcome) {
    var key = held.key();
    var task = held.task();
    underWay.add(key);
    if (!held.tiny() || outcome instanceof TaskFailed) {
      journal.accept(new TaskNote.Ends(task, outcome));
    }
    reports.ended(
        task,
        outcome,
        failure -> {
          if (failure == null) {
            source.done(key);
          } else {
            journal.accept(new TaskNote.NotReported(task, failure));
            source.giveBack(key);
          }
          settled.accept(key);
        });
  }

  /** A report's fate is known. */
  void settled(String key) {
    underWay.remove(key);
  }

  /** Whether the fate of a task's report is not known yet. */
  boolean isUnderWay(String key) {
    return underWay.contains(key);
  }

  /** Whether every report's fate is known. */
  boolean isEmpty() {
    return underWay.isEmpty();
  }
}
