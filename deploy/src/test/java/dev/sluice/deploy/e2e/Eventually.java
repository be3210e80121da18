package dev.sluice.deploy.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Waiting for what must come, within a bound. */
final class Eventually {
  private static final long POLL_MS = 50;

  private Eventually() {}

  /** What a test waits for. */
  interface Condition {
    boolean holds() throws Exception;
  }

  /** Waits for a condition. */
  static void holds(String what, Duration within, Condition condition) throws Exception {
    long deadline = System.nanoTime() + within.toNanos();
    var never = new CountDownLatch(1);
    while (!condition.holds()) {
      assertThat(System.nanoTime()).as("deadline of: " + what).isLessThan(deadline);
      var _ = never.await(POLL_MS, TimeUnit.MILLISECONDS);
    }
  }
}
