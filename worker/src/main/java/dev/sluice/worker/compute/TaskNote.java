package dev.sluice.worker.compute;

import dev.sluice.schemas.wire.Outcome;
import dev.sluice.schemas.wire.Task;
import dev.sluice.worker.lease.HeldTask;
import org.jspecify.annotations.Nullable;

/** What is worth a line in the worker's log. */
public sealed interface TaskNote {

  /** A task has arrived. */
  record Begins(HeldTask task) implements TaskNote {}

  /** A copy of a task that is held takes its place. */
  record CameAgain(Task task) implements TaskNote {}

  /** The ledger does not want a task any more. */
  record Dropped(Task task) implements TaskNote {}

  /** A task has met what neither its input nor a broker should be able to cause. */
  record Broke(Task task, Throwable why) implements TaskNote {}

  /** A task has ended; its report is on its way. */
  record Ends(Task task, Outcome outcome) implements TaskNote {}

  /** A report was not stored, so that its task goes back to the queue. */
  record NotReported(Task task, Exception why) implements TaskNote {}

  /** Contributions to a job were not stored, so that its terms go back to the queue. */
  record NotStored(String jobId, @Nullable String why) implements TaskNote {}
}
