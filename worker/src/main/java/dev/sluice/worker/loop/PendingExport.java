package dev.sluice.worker.loop;

import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.ExportWork;
import dev.sluice.schemas.wire.Fault;
import dev.sluice.worker.exchange.JobParameters;
import dev.sluice.worker.queue.HeldTask;
import dev.sluice.worker.tasks.TaskProblem;
import java.util.Locale;

/**
 * An export that waits for the generation it is to export.
 *
 * @param held the task
 * @param work what to export
 * @param parameters where the generation appears
 * @param sinceMs since when it waits
 */
record PendingExport(HeldTask held, ExportWork work, JobParameters parameters, long sinceMs) {

  /** Whether the generation is here. */
  boolean ready() {
    return parameters.newest() >= work.generation();
  }

  /** That it has not come. */
  TaskProblem overdue(long waitedMs) {
    return new TaskProblem(
        new Cause(
            Fault.NO_CAPACITY,
            "generation " + work.generation(),
            "The final parameters have not come.",
            String.format(
                Locale.ROOT,
                "The fold had published generation %d after %d s.",
                parameters.newest(),
                waitedMs / 1000),
            "Check that a coordinator runs and the brokers answer; the task is tried again."),
        true);
  }
}
