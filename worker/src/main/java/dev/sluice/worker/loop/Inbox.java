package dev.sluice.worker.loop;

import dev.sluice.worker.queue.HeldTask;
import dev.sluice.worker.queue.TaskSink;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * What the computing thread is to hear about tasks. At most one message of each kind waits for each
 * task that is held.
 */
public final class Inbox implements TaskSink {

  /** News of a task. */
  sealed interface Message {

    /**
     * It can be run.
     *
     * @param task the task
     */
    record Arrived(HeldTask task) implements Message {}

    /**
     * The broker has given it to others.
     *
     * @param key which
     */
    record Lost(String key) implements Message {}

    /**
     * Its report is stored, or has failed.
     *
     * @param key which
     */
    record Settled(String key) implements Message {}
  }

  private final Queue<Message> messages = new ConcurrentLinkedQueue<>();
  private final Doorbell bell;

  /**
   * @param bell rung for every message
   */
  public Inbox(Doorbell bell) {
    this.bell = bell;
  }

  @Override
  public void arrived(HeldTask task) {
    put(new Message.Arrived(task));
  }

  @Override
  public void lost(String key) {
    put(new Message.Lost(key));
  }

  void settled(String key) {
    put(new Message.Settled(key));
  }

  private void put(Message message) {
    messages.add(message);
    bell.ring();
  }

  /** The oldest message, which is then no longer here. */
  Optional<Message> take() {
    return Optional.ofNullable(messages.poll());
  }

  boolean isEmpty() {
    return messages.isEmpty();
  }
}
