package dev.sluice.worker.loop;

import dev.sluice.schemas.wire.Outcome;
import dev.sluice.worker.lease.HeldTask;
import dev.sluice.worker.lease.TaskSink;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * Messages about tasks for the computing thread. At most one message of each kind waits for each
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
     * What it has answered is stored, so that it has ended; or could not be.
     *
     * @param key which
     * @param outcome how it ended; null: it has failed
     * @param failure why it has failed; null: it has not
     */
    record Ended(String key, @Nullable Outcome outcome, @Nullable Throwable failure)
        implements Message {}

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

  void ended(String key, @Nullable Outcome outcome, @Nullable Throwable failure) {
    put(new Message.Ended(key, outcome, failure));
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
