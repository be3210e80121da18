package dev.sluice.deploy.standalone;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The worker processes of a standalone cluster. They end with this process, however it ends: each
 * holds the other end of a pipe that only this process keeps open.
 */
public final class WorkerFleet implements AutoCloseable {
  /** Most workers of one machine that this class starts. */
  public static final int WORKERS_MAX = 64;

  private static final Duration STOP_MAX = Duration.ofSeconds(8);
  private static final Duration KILL_MAX = Duration.ofSeconds(5);
  private static final Duration OUTPUT_MAX = Duration.ofSeconds(1);
  private static final int SIGNALLED = 128;
  private static final int SIGKILL_EXIT = SIGNALLED + 9;

  /** SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE and SIGSEGV: what code does to itself. */
  private static final Set<Integer> CRASHES = Set.of(4, 5, 6, 7, 8, 11);

  /**
   * Crashes after which a worker is not started again: on a machine where the libraries don't run,
   * every start ends in one.
   */
  private static final int CRASHES_MAX = 3;

  /** A worker that ends sooner than this after its start is started again later and later. */
  private static final Duration STABLE_MIN = Duration.ofSeconds(60);

  private static final long RESTART_DELAY_MS_MIN = 1_000;
  private static final long RESTART_DELAY_MS_MAX = 30_000;

  /** What is told while workers run; called on several threads. */
  public interface Listener {
    /** A worker printed a line. */
    void line(int worker, String line);

    /** A worker has ended without being told to. */
    void ended(int worker, long pid, String how);
  }

  /** Where a worker serves, also when it is started again. */
  private record Post(String lane, String accelerator) {}

  private static final Post NO_POST =
      new Post(StandaloneOptions.LANE, StandaloneOptions.ACCELERATOR);

  private final WorkerLaunch launch;
  private final Restart restart;
  private final Listener listener;
  private final Map<Integer, WorkerProcess> members = new TreeMap<>();
  private final Map<Integer, Post> posts = new TreeMap<>();
  private final Map<Integer, Long> restartDelayMs = new TreeMap<>();
  private final Map<Integer, Integer> crashes = new TreeMap<>();

  /** Those that are about to be started again. */
  private final Set<Integer> coming = new TreeSet<>();

  private final List<String> lastWords = new ArrayList<>();
  private final ScheduledExecutorService supervisor =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("sluice-worker-fleet").daemon().factory());
  private int started;
  private boolean closed;

  /**
   * @param launch how to start a worker
   * @param restart which workers that end unasked are started again, after a pause that doubles
   *     from 1 s to 30 s while they keep ending
   * @param listener is told what happens
   */
  public WorkerFleet(WorkerLaunch launch, Restart restart, Listener listener) {
    this.launch = launch;
    this.restart = restart;
    this.listener = listener;
  }

  /** Starts a lane's workers. */
  public void start(LaneWorkers lane) {
    for (int i = 0; i < lane.workers(); i++) {
      add(lane.lane(), lane.accelerator());
    }
  }

  /**
   * Starts one more worker.
   *
   * @param lane lane that it serves
   * @param accelerator accelerator model of that lane
   * @return its number, from 1
   * @throws UncheckedIOException where the system starts no further process
   */
  public synchronized int add(String lane, String accelerator) {
    if (members.size() >= WORKERS_MAX) {
      throw new IllegalStateException("there are " + WORKERS_MAX + " workers, which is the bound");
    }
    int number = ++started;
    posts.put(number, new Post(lane, accelerator));
    launch(number);
    return number;
  }

  /** Lets a worker finish what it does, within a bound, and ends it. */
  public void stop(int number) {
    WorkerProcess worker = leave(number);
    if (worker != null) {
      end(List.of(worker), STOP_MAX);
    }
  }

  /** Ends a worker at once, as {@code kill -9} by hand does. */
  public void kill(int number) {
    for (WorkerProcess worker : snapshot()) {
      if (worker.number() == number) {
        worker.kill();
      }
    }
  }

  /** Process ids by worker number, of workers that run. */
  public Map<Integer, Long> pids() {
    var pids = new TreeMap<Integer, Long>();
    for (WorkerProcess worker : snapshot()) {
      if (worker.alive()) {
        pids.put(worker.number(), worker.pid());
      }
    }
    return pids;
  }

  /** Process ids of a lane's workers that run. */
  public synchronized List<Long> pids(String lane) {
    return pids().entrySet().stream()
        .filter(worker -> posts.getOrDefault(worker.getKey(), NO_POST).lane.equals(lane))
        .map(Map.Entry::getValue)
        .toList();
  }

  /** How many workers run or are about to be started again. */
  public synchronized int expected() {
    return members.size() + coming.size();
  }

  /** How many of a lane's workers run or are about to be started again. */
  public synchronized int expected(String lane) {
    return (int)
        Stream.concat(members.keySet().stream(), coming.stream())
            .filter(number -> posts.getOrDefault(number, NO_POST).lane.equals(lane))
            .count();
  }

  /** What the worker that ended by itself last had printed last; empty where it was killed. */
  public synchronized List<String> lastWords() {
    return List.copyOf(lastWords);
  }

  @Override
  public void close() {
    List<WorkerProcess> leaving;
    synchronized (this) {
      closed = true;
      leaving = List.copyOf(members.values());
      members.clear();
    }
    supervisor.shutdownNow();
    end(leaving, STOP_MAX);
  }

  private synchronized List<WorkerProcess> snapshot() {
    return List.copyOf(members.values());
  }

  private synchronized @Nullable WorkerProcess leave(int number) {
    return members.remove(number);
  }

  /** Asks all, then waits for each until the common deadline, then kills. */
  private static void end(List<WorkerProcess> workers, Duration within) {
    long deadline = System.nanoTime() + within.toNanos();
    workers.forEach(WorkerProcess::askToStop);
    for (WorkerProcess worker : workers) {
      if (!worker.await(Duration.ofNanos(deadline - System.nanoTime()))) {
        worker.kill();
      }
    }
    long killed = System.nanoTime() + KILL_MAX.toNanos();
    for (WorkerProcess worker : workers) {
      worker.await(Duration.ofNanos(killed - System.nanoTime()));
    }
  }

  private synchronized void launch(int number) {
    coming.remove(number);
    if (closed) {
      return;
    }
    Consumer<String> lines = line -> listener.line(number, line);
    var post = posts.getOrDefault(number, NO_POST);
    WorkerProcess worker;
    try {
      worker = new WorkerProcess(number, launch.start(post.lane, post.accelerator), lines);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start worker " + number + ": " + e.getMessage(), e);
    }
    members.put(number, worker);
    var _ = worker.ended().thenAccept(exit -> ended(worker, exit));
  }

  private void ended(WorkerProcess worker, int exit) {
    worker.awaitOutput(OUTPUT_MAX);
    boolean crashed = worker.crash().isPresent() || CRASHES.contains(exit - SIGNALLED);
    if (crashed) {
      CrashReports.prune();
    }
    boolean again;
    synchronized (this) {
      if (closed || !members.remove(worker.number(), worker)) {
        return;
      }
      lastWords.clear();
      if (exit != SIGKILL_EXIT) {
        lastWords.addAll(worker.lastLines());
      }
      again = restarts(worker.number(), crashed);
      if (again) {
        restartLater(worker);
      }
    }
    listener.ended(
        worker.number(), worker.pid(), how(worker, exit) + (again ? ", and is started again" : ""));
  }

  private boolean restarts(int number, boolean crashed) {
    return switch (restart) {
      case NONE -> false;
      case CRASHED -> crashed && crashes.merge(number, 1, Integer::sum) <= CRASHES_MAX;
      case ALL -> true;
    };
  }

  private static String how(WorkerProcess worker, int exit) {
    return worker
        .crash()
        .orElseGet(
            () ->
                exit == SIGKILL_EXIT
                    ? "was killed"
                    : CRASHES.contains(exit - SIGNALLED)
                        ? String.format(
                            Locale.ROOT,
                            "was ended by signal %d, which native code does to itself, and left no"
                                + " details",
                            exit - SIGNALLED)
                        : "has ended by itself with exit code " + exit);
  }

  private void restartLater(WorkerProcess worker) {
    int number = worker.number();
    long before = restartDelayMs.getOrDefault(number, 0L);
    long delayMs =
        worker.age().compareTo(STABLE_MIN) > 0
            ? RESTART_DELAY_MS_MIN
            : Math.clamp(before * 2, RESTART_DELAY_MS_MIN, RESTART_DELAY_MS_MAX);
    restartDelayMs.put(number, delayMs);
    coming.add(number);
    var _ = supervisor.schedule(() -> relaunch(number), delayMs, TimeUnit.MILLISECONDS);
  }

  private void relaunch(int number) {
    try {
      launch(number);
    } catch (UncheckedIOException e) {
      listener.ended(number, 0, "was not started again: " + e.getMessage());
    }
  }
}
