package dev.sluice.deploy.standalone;

import dev.sluice.coordinator.shell.CoordinatorConfig;
import dev.sluice.coordinator.shell.CoordinatorService;
import dev.sluice.platform.cluster.Topics;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a coordinator running. One that can't go on is started anew: the log holds everything, so
 * nothing is lost with it.
 */
final class CoordinatorKeeper implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(CoordinatorKeeper.class);

  private static final long PAUSE_MS = 1_000;

  /** What has failed for one reason again and again is tried less often, and said no more. */
  private static final long PAUSE_MS_MAX = 30_000;

  /** Whoever lived for so long has not failed at its start. */
  private static final Duration LIVED = Duration.ofMinutes(1);

  private final CoordinatorConfig config;
  private final CountDownLatch closed = new CountDownLatch(1);
  private CoordinatorService service;
  private String said = "";
  private long pauseMs = PAUSE_MS;

  /** Starts a coordinator and goes on watching it. */
  CoordinatorKeeper(CoordinatorConfig config) {
    this.config = config;
    this.service = CoordinatorService.start(config);
    watch(service);
  }

  /** Ends the coordinator and starts another. */
  synchronized void restart() {
    service.close();
    if (closed.getCount() > 0) {
      service = CoordinatorService.start(config);
      watch(service);
    }
  }

  @Override
  public void close() {
    closed.countDown();
    synchronized (this) {
      service.close();
    }
  }

  private void watch(CoordinatorService watched) {
    Thread.ofPlatform()
        .name("sluice-coordinator-keeper")
        .daemon()
        .start(() -> restartWhenFailed(watched));
  }

  private void restartWhenFailed(CoordinatorService watched) {
    try {
      long startedNanos = System.nanoTime();
      var why = watched.awaitFailure();
      boolean lived = System.nanoTime() - startedNanos > LIVED.toNanos();
      long waitMs = failed(String.valueOf(why.getMessage()), lived);
      while (!closed.await(waitMs, TimeUnit.MILLISECONDS)) {
        if (replaced(watched)) {
          return;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Says why one has failed; how long to wait before the next. */
  private synchronized long failed(String why, boolean lived) {
    if (lived || !why.equals(said)) {
      said = why;
      pauseMs = PAUSE_MS;
      LOG.warn("The coordinator could not go on and is started anew: {}", why);
    } else {
      pauseMs = Math.min(2 * pauseMs, PAUSE_MS_MAX);
    }
    return pauseMs;
  }

  /** Whether another coordinator runs in the place of one that failed. */
  private synchronized boolean replaced(CoordinatorService failed) {
    if (service != failed) {
      return true;
    }
    try {
      restart();
      return true;
    } catch (KafkaException | Topics.TopicsUnavailable e) {
      var why = String.valueOf(e.getMessage());
      if (!why.equals(said)) {
        said = why;
        LOG.warn("The coordinator does not start, and is tried again: {}", why);
      }
      return false;
    }
  }
}
