package dev.sluice.deploy.standalone;

import dev.sluice.coordinator.shell.CoordinatorConfig;
import dev.sluice.coordinator.shell.CoordinatorService;
import dev.sluice.schemas.topics.Topics;
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

  private final CoordinatorConfig config;
  private final CountDownLatch closed = new CountDownLatch(1);
  private CoordinatorService service;
  private String said = "";

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
      watched.awaitFailure();
      while (!closed.await(PAUSE_MS, TimeUnit.MILLISECONDS)) {
        if (replaced(watched)) {
          return;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Whether another coordinator runs in the place of one that failed. */
  private synchronized boolean replaced(CoordinatorService failed) {
    if (service != failed) {
      return true;
    }
    LOG.warn("The coordinator could not go on and is started anew.");
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
