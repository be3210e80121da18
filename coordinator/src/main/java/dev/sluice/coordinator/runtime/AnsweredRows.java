package dev.sluice.coordinator.runtime;

import dev.sluice.coordinator.ledger.Ledger;
import dev.sluice.coordinator.ledger.LedgerState;
import dev.sluice.schemas.wire.Inferred;
import dev.sluice.schemas.wire.JobEvent;
import dev.sluice.schemas.wire.JobRecord;
import dev.sluice.schemas.wire.TaskReported;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reports of a batch that say that rows were answered, of which those of a job are decided on
 * together. They wait while the batch is gone through, but no longer than until something else is
 * about the same job: jobs don't depend on each other.
 */
final class AnsweredRows {

  /**
   * One of them.
   *
   * @param record where it stands
   * @param job what stands there
   * @param report what it says
   */
  record Report(LogRecord<JobRecord> record, JobRecord job, TaskReported report) {}

  private final Map<String, List<Report>> waiting = new LinkedHashMap<>();

  /** Keeps a record, where it is such a report. */
  boolean take(LedgerState state, LogRecord<JobRecord> record, JobRecord job) {
    if (job.event() instanceof TaskReported report
        && report.outcome() instanceof Inferred
        && state.job(report.jobId()) != null) {
      waiting
          .computeIfAbsent(report.jobId(), id -> new ArrayList<>())
          .add(new Report(record, job, report));
      return true;
    }
    return false;
  }

  /** Whether an event may be about a job whose reports are here. */
  boolean concerns(JobEvent event) {
    return !waiting.isEmpty() && Ledger.key(event).map(waiting::containsKey).orElse(true);
  }

  /** All that are here, by job; they are here no more. */
  List<List<Report>> takeAll() {
    var all = List.copyOf(waiting.values());
    waiting.clear();
    return all;
  }
}
