package dev.sluice.worker.exchange;

import org.jspecify.annotations.Nullable;

/** What was sent to the gradient log and is not known to be stored. Thread-safe. */
final class Unstored {

  private int records;
  private @Nullable Exception failure;

  /** A record is on its way. */
  synchronized void sent() {
    records++;
  }

  /** One has arrived, or has not. */
  synchronized void stored(@Nullable Exception why) {
    records--;
    if (why != null) {
      failure = why;
    }
    notifyAll();
  }

  /**
   * Waits until none is on its way, as long as the producer tries.
   *
   * @return whether all were stored
   */
  synchronized boolean await() {
    try {
      while (records > 0) {
        wait();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      failure = e;
    }
    return failure == null;
  }

  /** Why a record was not stored; null: none has failed. */
  synchronized @Nullable Exception failure() {
    return failure;
  }
}
