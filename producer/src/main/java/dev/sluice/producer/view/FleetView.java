package dev.sluice.producer.view;

import dev.sluice.schemas.wire.WorkerHeartbeat;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The workers that were heard of lately. Thread-safe.
 *
 * <p>It also counts the tasks that each lane's workers have finished since this process started: a
 * worker's own counter begins at 0 with the worker, so increases are added up.
 */
public final class FleetView {

  /** Workers remembered; one more makes the one that was silent longest go. */
  public static final int WORKERS_MAX = 10_000;

  /**
   * One worker.
   *
   * @param heartbeat what it said last
   * @param heardMs when it said so, milliseconds since the epoch on the broker's clock
   */
  public record Worker(WorkerHeartbeat heartbeat, long heardMs) {}

  private final Map<String, Worker> workers = new HashMap<>();
  private final Map<String, Long> finishedByLane = new HashMap<>();

  /** Takes over a heartbeat from the log. */
  public synchronized void put(WorkerHeartbeat heartbeat, long heardMs) {
    var before = workers.put(heartbeat.worker(), new Worker(heartbeat, heardMs));
    // The first heartbeat seen only sets the mark: its tasks may be older than this process.
    long mark = before == null ? heartbeat.finished() : before.heartbeat().finished();
    boolean restarted = before != null && before.heartbeat().startedMs() != heartbeat.startedMs();
    long done = heartbeat.finished() - (restarted ? 0 : mark);
    finishedByLane.merge(heartbeat.lane(), Math.max(0, done), Long::sum);
    if (workers.size() > WORKERS_MAX) {
      workers.values().stream()
          .min(Comparator.comparingLong(Worker::heardMs))
          .ifPresent(silent -> workers.remove(silent.heartbeat().worker()));
    }
  }

  /** Forgets a worker, as the log does. */
  public synchronized void remove(String worker) {
    workers.remove(worker);
  }

  /** Workers heard of since a time, by name. */
  public synchronized List<Worker> since(long ms) {
    return workers.values().stream()
        .filter(worker -> worker.heardMs() >= ms)
        .sorted(Comparator.comparing(worker -> worker.heartbeat().worker()))
        .toList();
  }

  /** Tasks that a lane's workers have finished since this process started. */
  public synchronized long finished(String lane) {
    return finishedByLane.getOrDefault(lane, 0L);
  }
}
