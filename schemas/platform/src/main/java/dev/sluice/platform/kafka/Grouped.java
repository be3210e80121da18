package dev.sluice.platform.kafka;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Log lines of which there may be one for each record that others write. The first line of a kind
 * is written; those that follow within an interval are counted, and their number is written at its
 * end. Thread-safe.
 */
public final class Grouped {

  private static final Duration EVERY = Duration.ofSeconds(10);

  /** Kinds told apart within one interval; all others are one kind. */
  static final int KINDS_MAX = 100;

  private static final String OTHERS = "of other kinds";

  private final Consumer<String> log;
  private final Executor later;
  private final Map<String, Long> counts = new LinkedHashMap<>();
  private boolean due;

  /**
   * @param log where the lines go
   */
  public Grouped(Consumer<String> log) {
    this(
        log,
        CompletableFuture.delayedExecutor(
            EVERY.toSeconds(), TimeUnit.SECONDS, Grouped::onThreadOfItsOwn));
  }

  private static void onThreadOfItsOwn(Runnable work) {
    Thread.ofPlatform().name("grouped-log").daemon().start(work);
  }

  /**
   * @param later runs what it is given after an interval
   */
  Grouped(Consumer<String> log, Executor later) {
    this.log = log;
    this.later = later;
  }

  /**
   * Something happened that is worth a warning.
   *
   * @param kind what it has in common with others, in a few words that go on after a number
   * @param line the whole line
   */
  public synchronized void say(String kind, String line) {
    if (!due) {
      due = true;
      later.execute(this::tell);
    }
    var counted = counts.containsKey(kind) || counts.size() < KINDS_MAX ? kind : OTHERS;
    if (counts.merge(counted, 1L, Long::sum) == 1) {
      log.accept(line);
    }
  }

  private synchronized void tell() {
    due = false;
    counts.forEach(
        (kind, count) -> {
          if (count > 1) {
            log.accept((count - 1) + " more " + kind + " within " + EVERY.toSeconds() + " s.");
          }
        });
    counts.clear();
  }
}
