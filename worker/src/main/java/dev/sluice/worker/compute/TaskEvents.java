package dev.sluice.worker.compute;

import dev.sluice.schemas.wire.AttemptLost;
import dev.sluice.schemas.wire.AttemptStarted;
import dev.sluice.schemas.wire.JobEvent;
import dev.sluice.schemas.wire.Outcome;
import dev.sluice.schemas.wire.Task;
import dev.sluice.schemas.wire.TaskReported;
import dev.sluice.schemas.wire.TermNearlyDone;
import dev.sluice.schemas.wire.WorkerLife;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What a worker tells the ledger of tasks. Safe for use by several threads. */
public final class TaskEvents implements TaskReports {

  /** Where it is told. */
  public interface Outlet {

    /**
     * Sends an event, without waiting for the brokers.
     *
     * @param sent told, by any thread: null where all in-sync brokers have the event
     */
    void tell(String jobId, JobEvent event, Consumer<@Nullable Exception> sent);
  }

  private final Outlet outlet;
  private final WorkerLife who;
  private final String engine;

  /**
   * @param outlet takes events
   * @param who worker id, and which life of it
   * @param engine engine fingerprint
   */
  public TaskEvents(Outlet outlet, WorkerLife who, String engine) {
    this.outlet = outlet;
    this.who = who;
    this.engine = engine;
  }

  /**
   * Says that a task is about to run.
   *
   * @param delivery how often the broker has delivered it, from 1
   */
  public void started(Task task, int delivery, Consumer<@Nullable Exception> sent) {
    var event =
        new AttemptStarted(
            task.jobId(), task.taskId(), task.attempt(), who.worker(), delivery, who.life());
    outlet.tell(task.jobId(), event, sent);
  }

  /** Says that this worker lives on without a task whose start it has reported. */
  public void lost(Task task, Consumer<@Nullable Exception> sent) {
    var event =
        new AttemptLost(task.jobId(), task.taskId(), task.attempt(), who.worker(), who.life());
    outlet.tell(task.jobId(), event, sent);
  }

  @Override
  public void ended(Task task, Outcome outcome, Consumer<@Nullable Exception> sent) {
    var event =
        new TaskReported(
            task.jobId(), task.taskId(), task.attempt(), who.worker(), engine, outcome, who.life());
    outlet.tell(task.jobId(), event, sent);
  }

  @Override
  public void nearlyDone(String jobId, long round, long step) {
    // Where it isn't stored, the report of the term's end says as much, only later.
    outlet.tell(jobId, new TermNearlyDone(jobId, round, step), failure -> {});
  }
}
