package dev.sluice.coordinator.shell;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;

/** Ends threads within a bound. */
final class Stopping {

  private static final long JOIN_SECONDS_MAX = 10;

  private Stopping() {}

  /** Ends a thread that polls a consumer and closes it; one that never began leaves that to us. */
  static void end(Thread thread, Consumer<?, ?> consumer) {
    if (thread.getState() == Thread.State.NEW) {
      consumer.close(CloseOptions.timeout(Duration.ZERO));
    } else {
      consumer.wakeup();
      join(thread);
    }
  }

  /** Waits for a thread that has been told to stop. */
  static void join(Thread thread) {
    try {
      thread.join(TimeUnit.SECONDS.toMillis(JOIN_SECONDS_MAX));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
