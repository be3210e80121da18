package dev.sluice.worker.rows;

import dev.sluice.schemas.wire.Predict;
import dev.sluice.schemas.wire.Priority;
import dev.sluice.schemas.wire.Task;

/**
 * A task that has its rows itself, as it was delivered.
 *
 * @param task the task
 * @param asked what it is to do
 * @param priority its queue
 * @param delivery how often the broker has delivered it, from 1
 */
public record Taken(Task task, Predict asked, Priority priority, int delivery) {

  /**
   * From this delivery on a task is not run any more: as many workers as a task may end by the
   * ledger's default had it before. A broker delivers it once more at least ({@code Fitness}).
   */
  static final int DELIVERIES_MAX = 5;

  /** Whether it has ended, or outlasted, all who had it. */
  boolean exhausted() {
    return delivery >= DELIVERIES_MAX;
  }
}
