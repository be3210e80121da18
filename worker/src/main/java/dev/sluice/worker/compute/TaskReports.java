package dev.sluice.worker.compute;

import dev.sluice.schemas.wire.Outcome;
import dev.sluice.schemas.wire.Task;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** How the ledger hears what has become of tasks. Every method returns at once. */
public interface TaskReports {

  /**
   * Says how a task ended.
   *
   * @param sent told, by any thread: null where all in-sync brokers have the report
   */
  void ended(Task task, Outcome outcome, Consumer<@Nullable Exception> sent);

  /** Says that a group of shards nears the end of its term. */
  void nearlyDone(String jobId, long round, long step);
}
