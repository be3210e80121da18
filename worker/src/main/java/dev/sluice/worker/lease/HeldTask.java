package dev.sluice.worker.lease;

import dev.sluice.schemas.wire.Task;

/**
 * A task that this worker holds until it is settled.
 *
 * @param key names this holding; a task that is taken twice has two
 * @param task what to do
 * @param delivery how often the broker has delivered this task, from 1
 * @param tiny whether it begins together with hundreds of others, of which none is worth a word
 */
public record HeldTask(String key, Task task, int delivery, boolean tiny) {

  /** One that begins alone. */
  public HeldTask(String key, Task task, int delivery) {
    this(key, task, delivery, false);
  }

  /** Whether it is the same task as another, of the same attempt or not. */
  public boolean isCopyOf(HeldTask other) {
    return name().equals(other.name());
  }

  /** What copies of a task have in common. */
  Name name() {
    return new Name(task.jobId(), task.taskId());
  }

  /** Of a task, whatever its attempt. */
  record Name(String jobId, String taskId) {}
}
