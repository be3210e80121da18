package dev.sluice.worker.compute;

import dev.sluice.schemas.wire.Task;
import dev.sluice.worker.lease.HeldTask;
import dev.sluice.worker.lease.Intake;

/** Tells the ledger which tasks an intake begins and loses, and the intake what came of it. */
public final class ReportedStarts implements Intake.Starts {

  /** The intake, which may be on another thread. */
  public interface Fate {

    /** The start of a task is stored. */
    void started(String key);

    /** The start of a task was not stored, and it must not run before that. */
    void giveBack(String key);

    /**
     * The ledger does not hear something of a task, and it goes on all the same.
     *
     * @param what what it does not hear, as in "it begins"
     */
    void unheard(Task task, String what, Exception why);
  }

  private final TaskEvents events;
  private final Fate fate;

  /**
   * @param events tells the ledger
   * @param fate told, by any thread, what came of that
   */
  public ReportedStarts(TaskEvents events, Fate fate) {
    this.events = events;
    this.fate = fate;
  }

  @Override
  public void begins(HeldTask held) {
    events.started(
        held.task(),
        held.delivery(),
        failure -> {
          if (failure == null) {
            fate.started(held.key());
          } else if (held.delivery() == 1) {
            fate.unheard(held.task(), "it begins", failure);
          } else {
            // If this task kills its workers, the ledger has to see that before.
            fate.giveBack(held.key());
          }
        });
  }

  @Override
  public void lost(Task task) {
    events.lost(
        task,
        failure -> {
          if (failure != null) {
            // Should this worker die, it counts as one that the task may have ended.
            fate.unheard(task, "it is lost", failure);
          }
        });
  }
}
