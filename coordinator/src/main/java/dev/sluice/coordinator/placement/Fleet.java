package dev.sluice.coordinator.placement;

import dev.sluice.schemas.wire.WorkerHeartbeat;
import dev.sluice.schemas.wire.WorkerLife;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The workers that are alive, as their heartbeats say, and what waits for them.
 *
 * @param workers last heartbeat of each process
 * @param waiting tasks that are not done, those in hand included, by lane; a lane that isn't there
 *     was not looked at
 * @param version offset in {@code sluice.fleet} of the last heartbeat seen
 * @param left processes that have left in good order of late: what they held did not kill them
 */
public record Fleet(
    List<WorkerHeartbeat> workers, Map<String, Long> waiting, long version, Set<WorkerLife> left) {

  /** Nobody. */
  public static final Fleet EMPTY = Fleet.of(List.of());

  /** Assumed of a lane whose workers have ended no task yet. */
  private static final double TASK_SECONDS = 1;

  public Fleet {
    workers = List.copyOf(workers);
    waiting = Map.copyOf(waiting);
    left = Set.copyOf(left);
  }

  /** A fleet that nobody has left. */
  public Fleet(List<WorkerHeartbeat> workers, Map<String, Long> waiting, long version) {
    this(workers, waiting, version, Set.of());
  }

  /** A fleet of these workers, for whom nothing waits. */
  public static Fleet of(Collection<WorkerHeartbeat> workers) {
    return new Fleet(List.copyOf(workers), Map.of(), 0);
  }

  /** Workers of a lane that stay. */
  public int workers(String lane) {
    return (int) workers.stream().filter(w -> serves(w, lane)).count();
  }

  /**
   * Workers of a lane that stay and whose engine gives the same bits.
   *
   * @param engine engine that a job is pinned to; empty: any will do
   */
  public int workers(String lane, String engine) {
    return (int) workers.stream().filter(w -> serves(w, lane) && fits(w, engine)).count();
  }

  /** Workers of a lane that have nothing to do, where nothing waits for them either. */
  public int idleWorkers(String lane) {
    return waiting.getOrDefault(lane, 0L) > running(lane)
        ? 0
        : (int) workers.stream().filter(w -> serves(w, lane) && w.running() == 0).count();
  }

  /** Whether a worker of the lane has nothing to do and could do the task of such a job. */
  public boolean idle(String lane, String engine) {
    return workers.stream().anyMatch(w -> serves(w, lane) && w.running() == 0 && fits(w, engine));
  }

  /** Whether all that isn't done in a lane is in its workers' hands, as far as was looked. */
  public boolean nothingWaits(String lane) {
    var known = waiting.get(lane);
    return known != null && known <= running(lane);
  }

  /** Whether a process has been heard of lately, or has said that it leaves. */
  public boolean hears(WorkerLife process) {
    return left.contains(process) || workers.stream().anyMatch(w -> w.who().equals(process));
  }

  /** Whether a lane has workers whose hardware is there, and not modelled. */
  public boolean measured(String lane) {
    return workers.stream().anyMatch(w -> serves(w, lane) && !w.modelled());
  }

  /** Tasks that a lane's workers hold. */
  public int running(String lane) {
    return workers.stream()
        .filter(w -> w.lane().equals(lane))
        .mapToInt(WorkerHeartbeat::running)
        .sum();
  }

  /**
   * Time until a worker of a lane is free, in seconds, from what a task took there lately: none
   * while more workers idle than tasks wait; else each worker's share of the queue, and the time
   * until the first of the busy ones ends its task, each of which is somewhere in it. Null where
   * there are no workers.
   *
   * @param ended tasks that have just ended there, which heartbeats and lag still count
   */
  public @Nullable Double waitSeconds(String lane, int ended) {
    int there = workers(lane);
    if (there == 0) {
      return null;
    }
    long running = running(lane);
    long idle = ended + workers.stream().filter(w -> serves(w, lane) && w.running() == 0).count();
    double queued = Math.max(0, waiting.getOrDefault(lane, 0L) - running);
    if (queued < idle) {
      return 0.0;
    }
    return taskSeconds(lane) * ((queued - idle) / there + 1.0 / (there + 1));
  }

  private double taskSeconds(String lane) {
    return workers.stream()
        .filter(w -> serves(w, lane) && w.taskSeconds() > 0)
        .mapToDouble(WorkerHeartbeat::taskSeconds)
        .average()
        .orElse(TASK_SECONDS);
  }

  private static boolean fits(WorkerHeartbeat worker, String engine) {
    return engine.isEmpty() || worker.engine().equals(engine);
  }

  private static boolean serves(WorkerHeartbeat worker, String lane) {
    return worker.lane().equals(lane) && !worker.leaving();
  }
}
