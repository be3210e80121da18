package dev.sluice.benchmark.section;

import dev.sluice.benchmark.process.BenchCluster;
import dev.sluice.benchmark.process.Outcomes;
import dev.sluice.producer.client.SluiceException;
import dev.sluice.schemas.wire.JobStatus;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;

/** Small jobs, one after the other's end, so many at a time. */
final class JobStream {
  private static final Duration DRAIN_MAX = Duration.ofSeconds(60);
  private static final Duration SUBMIT_MAX = Duration.ofSeconds(60);
  private static final long ROOM_MS = 50;

  /** The part of the time after which counting begins. */
  private static final double WARM = 0.4;

  /** Fewer ends say little. */
  private static final int ENOUGH = 32;

  private JobStream() {}

  /** Submits a job, and returns its id. */
  interface Submit {
    String one() throws IOException, SluiceException, InterruptedException;
  }

  /**
   * What came out.
   *
   * @param jobsPerSecond jobs that reached their end
   * @param jobs jobs in all
   */
  record Streamed(double jobsPerSecond, int jobs) {}

  /**
   * Keeps so many jobs under way for some time, then lets them end.
   *
   * @param clients threads that submit
   * @param underWay jobs that are submitted and have not ended, at most
   * @throws IllegalStateException where some do not succeed
   */
  static Streamed run(
      BenchCluster cluster, int clients, int underWay, double seconds, Submit submit)
      throws IOException, InterruptedException {
    var room = new Semaphore(underWay);
    var ids = new ConcurrentLinkedQueue<String>();
    try (var outcomes = new Outcomes(cluster.kafka(), room::release)) {
      var over = new AtomicBoolean();
      try (var threads = Executors.newFixedThreadPool(clients + 1)) {
        var counted = threads.submit(() -> count(outcomes, (long) (seconds * 1e9), over));
        var all = new ArrayList<Future<?>>();
        for (int i = 0; i < clients; i++) {
          all.add(threads.submit(() -> submit(room, over::get, submit, ids)));
        }
        long withinMs = (long) (seconds * 1_000) + 2 * DRAIN_MAX.toMillis();
        await(List.of(counted), withinMs);
        await(all, SUBMIT_MAX.toMillis());
        if (!outcomes.await(ids.size(), DRAIN_MAX)) {
          throw new IllegalStateException(
              outcomes.count() + " of " + ids.size() + " jobs ended within " + DRAIN_MAX);
        }
        requireSuccess(outcomes, ids);
        return new Streamed(counted.resultNow(), ids.size());
      }
    }
  }

  private static void requireSuccess(Outcomes outcomes, Queue<String> ids) {
    long failed =
        outcomes.of(ids).values().stream()
            .filter(ended -> ended.status() != JobStatus.SUCCEEDED)
            .count();
    if (failed > 0) {
      throw new IllegalStateException(failed + " of " + ids.size() + " jobs did not succeed");
    }
  }

  /**
   * Jobs that end in a second: for the time that is given, once some have ended, and on until
   * enough have. Sets {@code over} in any case.
   */
  private static double count(Outcomes outcomes, long forNanos, AtomicBoolean over)
      throws InterruptedException {
    try {
      long begunNanos = System.nanoTime();
      long warmNanos = (long) (WARM * forNanos);
      require(outcomes.await(1, DRAIN_MAX), outcomes);
      sleepUntil(begunNanos + warmNanos);
      int before = outcomes.count();
      long beforeNanos = System.nanoTime();
      sleepUntil(beforeNanos + forNanos - warmNanos);
      require(outcomes.await(before + ENOUGH, DRAIN_MAX), outcomes);
      return (outcomes.count() - before) / ((System.nanoTime() - beforeNanos) / 1e9);
    } finally {
      over.set(true);
    }
  }

  private static void require(boolean ended, Outcomes outcomes) {
    if (!ended) {
      throw new IllegalStateException(
          outcomes.count() + " jobs ended within " + DRAIN_MAX.toSeconds() + " s");
    }
  }

  private static void sleepUntil(long nanos) throws InterruptedException {
    TimeUnit.NANOSECONDS.sleep(nanos - System.nanoTime());
  }

  private static boolean submit(
      Semaphore room, BooleanSupplier over, Submit submit, Queue<String> ids)
      throws IOException, SluiceException, InterruptedException {
    while (!over.getAsBoolean()) {
      if (room.tryAcquire(ROOM_MS, TimeUnit.MILLISECONDS)) {
        ids.add(submit.one());
      }
    }
    return true;
  }

  /** Submits for some time from so many threads at once; returns submissions in a second. */
  static double alone(int clients, double seconds, Submit submit)
      throws IOException, InterruptedException {
    long begunNanos = System.nanoTime();
    long endNanos = begunNanos + (long) (seconds * 1e9);
    var ids = new ConcurrentLinkedQueue<String>();
    try (var threads = Executors.newFixedThreadPool(clients)) {
      var all = new ArrayList<Future<?>>();
      for (int i = 0; i < clients; i++) {
        var unbounded = new Semaphore(Integer.MAX_VALUE);
        all.add(
            threads.submit(
                () -> submit(unbounded, () -> System.nanoTime() >= endNanos, submit, ids)));
      }
      await(all, (long) (seconds * 1_000) + SUBMIT_MAX.toMillis());
    }
    return ids.size() / ((System.nanoTime() - begunNanos) / 1e9);
  }

  private static void await(List<? extends Future<?>> all, long withinMs)
      throws IOException, InterruptedException {
    for (var one : all) {
      try {
        one.get(withinMs, TimeUnit.MILLISECONDS);
      } catch (ExecutionException e) {
        throw new IOException(String.valueOf(e.getCause()), e);
      } catch (TimeoutException e) {
        throw new IOException("a client is not done in time", e);
      }
    }
  }
}
