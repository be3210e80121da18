package dev.sluice.producer.artifact;

import dev.sluice.platform.artifact.ArtifactStore;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Removes files that nobody uses any more, on one thread of its own ({@link Expiry}). */
public final class ArtifactExpiry implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ArtifactExpiry.class);

  /** Time between two looks where nothing is due before, and files are kept for longer. */
  private static final long LOOK_MS_MAX = 60_000;

  /** Least time between two looks, and after one that failed. */
  private static final long LOOK_MS_MIN = 1_000;

  private static final long CLOSE_MS_MAX = 5_000;

  private final ArtifactStore store;
  private final Expiry expiry;
  private final Supplier<Set<String>> used;
  private final BooleanSupplier knows;
  private final InstantSource clock;
  private final CountDownLatch stop = new CountDownLatch(1);
  private final Thread thread;

  private ArtifactExpiry(
      ArtifactStore store,
      Expiry expiry,
      Supplier<Set<String>> used,
      BooleanSupplier knows,
      InstantSource clock) {
    this.store = store;
    this.expiry = expiry;
    this.used = used;
    this.knows = knows;
    this.clock = clock;
    this.thread = Thread.ofPlatform().name("artifact-expiry").daemon().unstarted(this::run);
  }

  /**
   * Begins to look.
   *
   * @param store has the files
   * @param expiry says which go
   * @param used digests of the files that are used
   * @param knows whether it is known by now who uses what was asked for a while ago
   * @param clock the brokers' clock
   */
  public static ArtifactExpiry start(
      ArtifactStore store,
      Expiry expiry,
      Supplier<Set<String>> used,
      BooleanSupplier knows,
      InstantSource clock) {
    var started = new ArtifactExpiry(store, expiry, used, knows, clock);
    started.thread.start();
    return started;
  }

  private void run() {
    long waitMs = LOOK_MS_MIN;
    long lookMs = Math.clamp(expiry.retentionMs(), LOOK_MS_MIN, LOOK_MS_MAX);
    try {
      while (!stop.await(waitMs, TimeUnit.MILLISECONDS)) {
        waitMs = Math.clamp(looked() - clock.millis(), LOOK_MS_MIN, lookMs);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Returns when to look again. */
  private long looked() {
    try {
      return look();
    } catch (KafkaException e) {
      LOG.warn("Files that nobody uses could not be looked for: {}", e.toString());
    } catch (RuntimeException e) {
      // Without this the thread would end, and the store fill up without a word.
      LOG.error("Files that nobody uses could not be looked for", e);
    }
    return 0;
  }

  private long look() {
    // From before the look: what is due by then was looked at when it was due.
    long nowMs = clock.millis();
    var files = store.files();
    if (!knows.getAsBoolean()) {
      return 0;
    }
    var steps = expiry.of(files, used, nowMs);
    for (var digest : steps.announce()) {
      store.announce(digest, expiry.noticeMs(), false);
      LOG.info("File {} goes in {} ms, as nobody uses it.", digest, expiry.noticeMs());
    }
    for (var file : steps.remove()) {
      var notice = file.notice();
      if (notice != null && notice.isDue(clock.millis())) { // else it is too late
        store.remove(file.digest());
        LOG.info("File {} was removed, as nobody uses it.", file.digest());
      }
    }
    return steps.announce().isEmpty()
        ? steps.nextMs()
        : Math.min(steps.nextMs(), clock.millis() + expiry.noticeMs());
  }

  @Override
  public void close() {
    stop.countDown();
    try {
      thread.join(CLOSE_MS_MAX);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
