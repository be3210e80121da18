package dev.sluice.worker.loop;

import dev.sluice.schemas.wire.Outcome;
import dev.sluice.worker.ledger.Reports;
import dev.sluice.worker.queue.HeldTask;
import dev.sluice.worker.queue.TaskQueue;
import java.util.HashSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reports of tasks that have ended, on their way to the brokers. A task is settled when its report
 * is stored; where that fails it goes back to the queue.
 */
final class Reporting {

  private static final Logger LOG = LoggerFactory.getLogger(Reporting.class);

  private final Reports reports;
  private final TaskQueue queue;
  private final Inbox inbox;
  private final Set<String> underWay = new HashSet<>();

  /**
   * @param inbox told, by {@link Inbox.Message.Settled}, when a report's fate is known
   */
  Reporting(Reports reports, TaskQueue queue, Inbox inbox) {
    this.reports = reports;
    this.queue = queue;
    this.inbox = inbox;
  }

  /** A task has ended. */
  void ended(HeldTask held, Outcome outcome) {
    var key = held.key();
    var task = held.task();
    underWay.add(key);
    LOG.info("Task {} of job {} ends: {}", task.taskId(), task.jobId(), TaskWords.of(outcome));
    reports.ended(
        task,
        outcome,
        failure -> {
          if (failure == null) {
            queue.accept(key);
          } else {
            LOG.warn(
                "The report of task {} was not stored, so it goes back to the queue: {}",
                task.taskId(),
                failure.getMessage());
            queue.giveBack(key);
          }
          inbox.settled(key);
        });
  }

  /** The inbox said so. */
  void settled(String key) {
    underWay.remove(key);
  }

  /** Whether every report's fate is known. */
  boolean isEmpty() {
    return underWay.isEmpty();
  }
}
