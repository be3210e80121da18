package dev.sluice.producer.view;

import dev.sluice.platform.fleet.Roster;
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

  /** Six heartbeats of a worker. */
  private static final long SILENT_MS = 3_000;

  /** Workers remembered; one more makes the one that was silent longest go. */
  public static final int WORKERS_MAX = 10_000;

  /**
   * One worker.
   *
   * @param heartbeat what it said last
   * @param heardMs when it said so, milliseconds since the epoch on the broker's clock
   */
  public record Worker(WorkerHeartbeat heartbeat, long heardMs) {

    /** When it started, milliseconds since the epoch on the broker's clock. */
    public long startedMs() {
      return heartbeat.upMs() < 0 ? heartbeat.startedMs() : heardMs - heartbeat.upMs();
    }
  }

  private final Roster roster = new Roster(WORKERS_MAX);
  private final Map<String, Long> finishedByLane = new HashMap<>();

  /** Takes over a heartbeat from the log. */
  public synchronized void put(WorkerHeartbeat heartbeat, long heardMs) {
    var known = roster.of(heartbeat.who());
    if (known.isPresent() && known.get().atMs() > heardMs) {
      return; // the topic is read once more
    }
    // The first heartbeat seen only sets the mark: its tasks may be older than this process. What
    // follows another process of that id is younger.
    boolean first = roster.of(heartbeat.worker()).isEmpty();
    long mark =
        known.map(before -> before.heartbeat().finished()).orElse(first ? heartbeat.finished() : 0);
    finishedByLane.merge(heartbeat.lane(), Math.max(0, heartbeat.finished() - mark), Long::sum);
    roster.hear(heartbeat, heardMs);
  }

  /**
   * Forgets a worker, as the log does, but for another process of its id.
   *
   * @param atMs when the log did, on the broker's clock
   */
  public void remove(String worker, long atMs) {
    roster.remove(worker, atMs - SILENT_MS);
  }

  /** Processes heard of since a time, by name. */
  public List<Worker> since(long ms) {
    return roster.since(ms).stream()
        .map(heard -> new Worker(heard.heartbeat(), heard.atMs()))
        .sorted(
            Comparator.comparing((Worker worker) -> worker.heartbeat().worker())
                .thenComparing(worker -> worker.heartbeat().life()))
        .toList();
  }

  /** Tasks that a lane's workers have finished since this process started. */
  public synchronized long finished(String lane) {
    return finishedByLane.getOrDefault(lane, 0L);
  }
}
