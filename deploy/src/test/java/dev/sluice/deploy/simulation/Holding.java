package dev.sluice.deploy.simulation;

import dev.sluice.schemas.wire.Task;
import dev.sluice.worker.queue.HeldTask;

/** A task in the hand of a simulated worker. */
final class Holding {

  final String key;
  final TaskLane.Entry<Task> entry;

  /** Whether its report is on its way. */
  boolean reported;

  private final TaskLane<Task> topic;

  Holding(String key, TaskLane<Task> topic, TaskLane.Entry<Task> entry) {
    this.key = key;
    this.topic = topic;
    this.entry = entry;
  }

  Task task() {
    return entry.task;
  }

  HeldTask heldTask() {
    return new HeldTask(key, entry.task, entry.deliveries);
  }

  boolean isHeld() {
    return topic.isHeld(entry, key);
  }

  void accept() {
    topic.acknowledge(entry, key);
  }

  void giveBack() {
    topic.release(entry, key);
  }
}
