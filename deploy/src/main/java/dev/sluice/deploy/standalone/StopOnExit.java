package dev.sluice.deploy.standalone;

import java.io.PrintWriter;
import java.time.Duration;

/** Stops a cluster when its process is told to end: by Ctrl-C, SIGTERM, or because all is done. */
public final class StopOnExit {
  private static final Duration STOP_MAX = Duration.ofSeconds(45);
  private static final int EXIT_CODE = 1;

  private StopOnExit() {}

  /**
   * From now on the process stops the cluster before it ends. One that can't be stopped does not
   * keep the process alive: workers end with it, and the data survives.
   */
  public static void of(Standalone cluster, PrintWriter err) {
    Runtime.getRuntime()
        .addShutdownHook(
            Thread.ofPlatform().name("sluice-stop").unstarted(() -> stop(cluster, err)));
  }

  private static void stop(Standalone cluster, PrintWriter err) {
    var stopping = Thread.ofPlatform().name("sluice-stop-cluster").daemon().start(cluster::close);
    boolean stopped;
    try {
      stopped = stopping.join(STOP_MAX);
    } catch (InterruptedException e) {
      stopped = false;
    }
    if (!stopped) {
      err.println("error: not stopped within " + STOP_MAX.toSeconds() + " s; the process ends now");
      err.flush();
      Runtime.getRuntime().halt(EXIT_CODE);
    }
  }
}
