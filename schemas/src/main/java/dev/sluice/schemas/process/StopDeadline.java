package dev.sluice.schemas.process;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Stops a process within a bound: brokers that are gone can't hold it up. */
public final class StopDeadline {
  private static final Duration LONGEST = Duration.ofSeconds(15);
  private static final int EXIT_FAILED = 1;

  private StopDeadline() {}

  /** From now on the process stops this before it ends, when it is told to end. */
  public static void onExit(Runnable stop) {
    Runtime.getRuntime()
        .addShutdownHook(Thread.ofPlatform().name("stop").unstarted(() -> keep(stop)));
  }

  /** Stops it; a process that has not stopped in time ends all the same. */
  public static void keep(Runnable stop) {
    var stopped = new CountDownLatch(1);
    Thread.ofPlatform().daemon().name("stop-deadline").start(() -> haltUnless(stopped));
    stop.run();
    stopped.countDown();
  }

  private static void haltUnless(CountDownLatch stopped) {
    try {
      if (!stopped.await(LONGEST.toSeconds(), TimeUnit.SECONDS)) {
        Runtime.getRuntime().halt(EXIT_FAILED);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
