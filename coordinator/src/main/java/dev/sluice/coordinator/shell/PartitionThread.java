package dev.sluice.coordinator.shell;

import dev.sluice.coordinator.runtime.PartitionRuntime;
import dev.sluice.coordinator.runtime.PartitionRuntime.State;
import dev.sluice.coordinator.runtime.Shard;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread of one partition: turns of its runtime, and rest until something rings where there is
 * nothing to do.
 */
final class PartitionThread<S extends Shard<T>, T> {

  private static final Logger LOG = LoggerFactory.getLogger(PartitionThread.class);

  /** Time passes for it in such steps where nothing rings. */
  private static final long REST_MS = 25;

  /** A takeover that takes longer says how far it is, so often. */
  private static final long PROGRESS_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final PartitionRuntime<S, T> runtime;
  private final Semaphore bell = new Semaphore(0);
  private final Consumer<Throwable> onFailure;
  private final Thread thread;

  /** Of the thread that reads. */
  private long toldNanos = System.nanoTime();

  /**
   * @param name of the partition
   * @param onFailure told why, where it can't go on for a reason that no takeover mends
   */
  PartitionThread(String name, PartitionRuntime<S, T> runtime, Consumer<Throwable> onFailure) {
    this.runtime = runtime;
    this.onFailure = onFailure;
    thread = Thread.ofPlatform().name(name).unstarted(this::run);
  }

  /** The time here, in milliseconds of a clock that only goes forward. */
  static long nowMs() {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
  }

  PartitionRuntime<S, T> runtime() {
    return runtime;
  }

  String name() {
    return thread.getName();
  }

  void start() {
    thread.start();
  }

  /** There is something to do. */
  void ring() {
    if (bell.availablePermits() == 0) {
      bell.release();
    }
  }

  /** Gives the partition up, as soon as what is under way allows it. */
  void leave() {
    runtime.revoke();
    if (runtime.state() == State.LOADING) {
      thread.interrupt(); // nothing of it is of use any more
    }
    ring();
  }

  /**
   * Waits for the end.
   *
   * @param nanosMax longest wait
   * @return whether it has ended
   */
  boolean awaitEnd(long nanosMax) {
    try {
      return thread.join(Duration.ofNanos(Math.max(1, nanosMax)));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** What others may want to know of a takeover; called now and then. */
  void tellProgress() {
    var words = runtime.progress();
    if (words.isEmpty()) {
      toldNanos = System.nanoTime();
    } else if (System.nanoTime() - toldNanos > PROGRESS_NANOS) {
      toldNanos = System.nanoTime();
      LOG.info("{} is being taken over: {}.", name(), words);
    }
  }

  private void run() {
    try {
      while (runtime.state() != State.CLOSED) {
        if (!runtime.turn()) {
          rest();
        }
      }
    } catch (RuntimeException | Error e) {
      // Not what the brokers did: a defect. The log holds everything; who starts anew goes on.
      LOG.error("{} can't go on: {}", name(), e.toString(), e);
      onFailure.accept(e);
    }
  }

  private void rest() {
    long gatherMs = runtime.gatherMs();
    try {
      bell.tryAcquire(gatherMs > 0 ? gatherMs : REST_MS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      LOG.debug("{} is told to leave.", name());
    }
  }
}
