package dev.sluice.worker.exchange;

import java.util.concurrent.BlockingDeque;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.KafkaException;

/**
 * What is to be changed, made by one thread in the order in which it was asked for. Every change
 * can be made twice: one that Kafka interrupts is made again, before those that came after it.
 */
final class PendingChanges {

  private final BlockingDeque<Runnable> queue = new LinkedBlockingDeque<>();

  /** Asks for a change, from any thread. */
  void add(Runnable change) {
    queue.addLast(change);
  }

  /**
   * Makes all that were asked for.
   *
   * @throws KafkaException where one was interrupted; it is the next
   */
  void make() {
    for (var change = queue.pollFirst(); change != null; change = queue.pollFirst()) {
      make(change);
    }
  }

  /** Waits for a change and makes it, as {@link #make()} does. */
  void await(long waitMs) throws InterruptedException {
    var change = queue.pollFirst(waitMs, TimeUnit.MILLISECONDS);
    if (change != null) {
      make(change);
    }
  }

  private void make(Runnable change) {
    try {
      change.run();
    } catch (KafkaException e) {
      queue.addFirst(change);
      throw e;
    }
  }
}
