package dev.sluice.deploy.standalone;

import dev.sluice.deploy.broker.EmbeddedBroker;
import dev.sluice.producer.ProducerService;
import dev.sluice.producer.client.SluiceClient;
import dev.sluice.producer.client.SluiceException;
import dev.sluice.worker.natives.NativeLibraries;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A whole cluster on one machine: broker, coordinator and producer in this JVM, and worker
 * processes beside it.
 */
public final class Standalone implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Standalone.class);

  private static final long WORKERS_POLL_MS = 100;
  private static final Duration WORKERS_SAID_AGAIN = Duration.ofSeconds(10);
  private static final int EXIT_FAILED = 1;

  /** What is told while the cluster starts and runs; workers' news come on other threads. */
  public interface Listener extends WorkerFleet.Listener {
    /**
     * A part runs.
     *
     * @param part its name
     * @param where how to reach it
     * @param took how long its start took
     */
    void started(String part, String where, Duration took);

    /** Something takes time, in a sentence without its end. */
    void takesTime(String what);

    /**
     * The cluster can't go on, and its process ends.
     *
     * @param why what happened and how to mend it
     */
    void gaveUp(String why);
  }

  /** What was opened, last opened first. */
  private final Deque<AutoCloseable> opened = new ArrayDeque<>();

  private final StandaloneOptions options;
  private final Listener listener;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final CountDownLatch closed = new CountDownLatch(1);

  /**
   * A cluster that does not run yet.
   *
   * @param options what it is to be like
   * @param listener is told what happens
   */
  public Standalone(StandaloneOptions options, Listener listener) {
    this.options = options;
    this.listener = listener;
  }

  /**
   * What of a running cluster one talks to.
   *
   * @param bootstrapServers the broker
   * @param server the producer's HTTP API
   * @param data directory of the broker's data
   * @param workers the worker processes
   */
  public record Running(
      String bootstrapServers,
      URI server,
      Path data,
      WorkerFleet workers,
      Runnable newCoordinator) {
    /** Ends the coordinator and starts another: no job may notice. */
    public void restartCoordinator() {
      newCoordinator.run();
    }
  }

  /**
   * Starts everything, in the order in which it depends on each other, workers beside what they
   * wait for. What was started before a failure is stopped by {@link #close}.
   *
   * @throws RuntimeException of the part that does not start; see {@link StartFailures}
   */
  public Running start() throws SluiceException {
    Precheck.require(options);
    var heap = WorkerMemory.heap(options.workers());
    var place = keep(DataPlace.open(options.data()));
    // Before the broker makes its own directory, which tells a data directory from any other.
    var scratch = place.emptyScratch();
    unpackLibraries();
    var broker =
        part("kafka", EmbeddedBroker::bootstrapServers, () -> keep(broker(place.broker())));
    // Beside coordinator and producer: loading engines takes as long as both, and a worker waits
    // for a coordinator by itself.
    var launch =
        new WorkerLaunch(
            broker.bootstrapServers(), heap, scratch, options.shortLived(), options.worker());
    var workers = keep(new WorkerFleet(launch, options.restart(), listener));
    options.lanes().forEach(workers::start);
    var coordinator =
        part(
            "coordinator",
            started -> "ledger and gradient fold",
            () ->
                keep(
                    new CoordinatorKeeper(
                        Precheck.coordinator(options, broker.bootstrapServers()))));
    var producer =
        part(
            "producer",
            started -> started.uri().toString(),
            () ->
                keep(ProducerService.start(Precheck.producer(options, broker.bootstrapServers()))));
    try (var client = new SluiceClient(producer.uri())) {
      for (var lane : options.lanes()) {
        client.declareLane(lane.lane(), lane.accelerator(), 0, WorkerFleet.WORKERS_MAX);
      }
    }
    return new Running(
        broker.bootstrapServers(), producer.uri(), place.path(), workers, coordinator::restart);
  }

  /**
   * Waits until workers of this cluster have been heard of.
   *
   * @param running this cluster
   * @param n how many
   * @param within longest wait
   * @throws StandaloneException where a worker ends meanwhile, or they are not heard of in time
   */
  public static void awaitWorkers(Running running, int n, Duration within)
      throws SluiceException, InterruptedException {
    long deadline = System.nanoTime() + within.toNanos();
    var never = new CountDownLatch(1);
    try (var client = new SluiceClient(running.server())) {
      while (true) {
        long heard = heard(client, running);
        if (heard >= n) {
          return;
        }
        if (running.workers().expected() < n) {
          throw new StandaloneException(
              "A worker has ended before it was ready. It said last:\n"
                  + String.join("\n", running.workers().lastWords()),
              null);
        }
        if (System.nanoTime() > deadline) {
          throw new StandaloneException(
              String.format(
                  Locale.ROOT,
                  "%d of %d workers are ready after %d s. The machine may be overloaded; try"
                      + " fewer.",
                  heard,
                  n,
                  within.toSeconds()),
              null);
        }
        var _ = never.await(WORKERS_POLL_MS, TimeUnit.MILLISECONDS);
      }
    }
  }

  /**
   * Waits until every worker that runs, or is about to be started again, has been heard of; says
   * what it waits for. It takes as long as it takes: whoever waits is told, and may end the
   * cluster.
   *
   * @param running this cluster
   */
  public void awaitAllWorkers(Running running) throws SluiceException, InterruptedException {
    long begun = System.nanoTime();
    long said = -1;
    long saidNanos = begun;
    try (var client = new SluiceClient(running.server())) {
      while (true) {
        long missing = running.workers().expected() - heard(client, running);
        if (missing <= 0) {
          return;
        }
        long now = System.nanoTime();
        boolean again = now - saidNanos > WORKERS_SAID_AGAIN.toNanos();
        if (missing != said || again) {
          listener.takesTime(
              String.format(
                  Locale.ROOT,
                  "waiting for %d worker%s%s",
                  missing,
                  missing == 1 ? "" : "s",
                  again
                      ? String.format(Locale.ROOT, ", for %d s now", (now - begun) / 1_000_000_000L)
                      : ""));
          said = missing;
          saidNanos = now;
        }
        if (closing.await(WORKERS_POLL_MS, TimeUnit.MILLISECONDS)) {
          return;
        }
      }
    }
  }

  private static long heard(SluiceClient client, Running running) throws SluiceException {
    var pids = running.workers().pids().values();
    return client.fleet().stream()
        .filter(worker -> !worker.silent() && pids.contains(worker.pid()))
        .count();
  }

  /** Whether it has been told to stop: failures are then no news. */
  public boolean closing() {
    return closing.getCount() == 0;
  }

  /** Returns when it has been told to stop, by whomever, and has stopped. */
  public void awaitClosed() throws InterruptedException {
    closed.await();
  }

  /**
   * Stops everything: workers while all that they report to is there, then what was started last
   * first. Does nothing the second time but wait for the first.
   */
  @Override
  public void close() {
    closing.countDown();
    synchronized (opened) {
      var fleets = opened.stream().filter(WorkerFleet.class::isInstance).toList();
      opened.removeAll(fleets);
      fleets.forEach(Standalone::close);
      while (!opened.isEmpty()) {
        close(opened.pop());
      }
    }
    closed.countDown();
  }

  private static void close(AutoCloseable part) {
    try {
      part.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Exception e) { // what AutoCloseable declares
      LOG.warn("{} did not stop properly: {}", part.getClass().getSimpleName(), e.getMessage());
    }
  }

  /** Remembers what is to be closed; what starts after the end was called for is closed at once. */
  private <T extends AutoCloseable> T keep(T part) {
    synchronized (opened) {
      if (!closing()) {
        opened.push(part);
        return part;
      }
    }
    close(part);
    throw new StandaloneException("The cluster was stopped while it started.", null);
  }

  private <T> T part(String name, Function<T, String> where, Supplier<T> start) {
    long before = System.nanoTime();
    T part = start.get();
    listener.started(name, where.apply(part), Duration.ofNanos(System.nanoTime() - before));
    return part;
  }

  /**
   * The workers would do it, too. Here it is done before anything else, so that whoever started the
   * cluster is told, and what keeps every worker from starting ends the cluster at once.
   */
  private void unpackLibraries() {
    if (options.workers() > 0) {
      NativeLibraries.unpack(listener::takesTime);
    }
  }

  private EmbeddedBroker broker(Path directory) {
    return EmbeddedBroker.start(directory, options.brokerPort(), this::brokerFailed);
  }

  private void brokerFailed(String why) {
    if (!closing()) {
      closing.countDown();
      listener.gaveUp(why);
      Thread.ofPlatform().name("sluice-exit").start(this::endWithoutBroker);
    }
  }

  /**
   * Producer and coordinator would wait for a broker that is gone, one bound after the other; so
   * only what outlives the process is seen to: workers and temporary data.
   */
  private void endWithoutBroker() {
    List<AutoCloseable> parts;
    synchronized (opened) {
      parts = List.copyOf(opened);
    }
    parts.stream()
        .filter(part -> part instanceof WorkerFleet || part instanceof DataPlace)
        .forEach(Standalone::close);
    Runtime.getRuntime().halt(EXIT_FAILED);
  }
}
