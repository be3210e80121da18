package dev.sluice.worker.compute;

import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import dev.sluice.worker.lease.HeldTask;
import dev.sluice.worker.tasks.TaskProblem;
import dev.sluice.worker.work.ExportWork;
import java.util.Locale;

/**
 * An export that waits for the generation it is to export.
 *
 * @param held the task
 * @param work what to export
 * @param exchange where the generation appears
 * @param sinceMs since when it waits
 */
record PendingExport(HeldTask held, ExportWork work, JobExchange exchange, long sinceMs) {

  /** Whether the generation is here. */
  boolean ready() {
    return exchange.parameters().newest() >= work.generation();
  }

  /** That it has not come. */
  TaskProblem overdue(long waitedMs) {
    return new TaskProblem(
        new Cause(
            Code.PARAMETERS_LATE,
            "generation " + work.generation(),
            "The final parameters have not come.",
            String.format(
                Locale.ROOT,
                "The fold had published generation %d after %d s.",
                exchange.parameters().newest(),
                waitedMs / 1000),
            "Check that a coordinator runs and the brokers answer; the task is tried again."),
        true);
  }
}
