package dev.sluice.coordinator.shell;

import java.util.concurrent.TimeUnit;

/** Ends threads within a bound. */
final class Stopping {

  private static final long JOIN_SECONDS_MAX = 10;

  private Stopping() {}

  /** Waits for a thread that has been told to stop. */
  static void join(Thread thread) {
    try {
      thread.join(TimeUnit.SECONDS.toMillis(JOIN_SECONDS_MAX));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
