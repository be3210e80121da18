package dev.sluice.coordinator.placement;

import dev.sluice.schemas.wire.WorkerHeartbeat;
import dev.sluice.schemas.wire.WorkerLife;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The workers that are alive, as their heartbeats say, and what waits for them. What it is asked is
 * counted once, when it is made: no answer takes longer where there are more workers.
 */
public final class Fleet {

  /** Nobody. */
  public static final Fleet EMPTY = Fleet.of(List.of());

  /** Assumed of a lane whose workers have ended no task yet. */
  private static final double TASK_SECONDS = 1;

  private static final LaneWorkers NOBODY = new LaneWorkers();

  private final Map<String, LaneWorkers> lanes;
  private final Set<String> measured;
  private final Set<WorkerLife> alive;
  private final Map<String, Long> waiting;
  private final long version;
  private final Set<WorkerLife> left;

  /**
   * A fleet as it is at one moment.
   *
   * @param workers last heartbeat of each process
   * @param waiting tasks that are not done, those in hand included, by lane; a lane that is not
   *     there was not looked at
   * @param version offset in {@code sluice.fleet} of the last heartbeat seen
   * @param left processes that have left in good order of late: what they held did not kill them
   */
  public Fleet(
      Collection<WorkerHeartbeat> workers,
      Map<String, Long> waiting,
      long version,
      Set<WorkerLife> left) {
    this(count(workers), alive(workers), Map.copyOf(waiting), version, Set.copyOf(left));
  }

  /** A fleet that nobody has left. */
  public Fleet(Collection<WorkerHeartbeat> workers, Map<String, Long> waiting, long version) {
    this(workers, waiting, version, Set.of());
  }

  private Fleet(
      Map<String, LaneWorkers> lanes,
      Set<WorkerLife> alive,
      Map<String, Long> waiting,
      long version,
      Set<WorkerLife> left) {
    this.lanes = lanes;
    this.measured = measured(lanes);
    this.alive = alive;
    this.waiting = waiting;
    this.version = version;
    this.left = left;
  }

  /** A fleet of these workers, for whom nothing waits. */
  public static Fleet of(Collection<WorkerHeartbeat> workers) {
    return new Fleet(workers, Map.of(), 0);
  }

  /** The same workers, for whom this waits. */
  public Fleet waiting(Map<String, Long> other) {
    return new Fleet(lanes, alive, Map.copyOf(other), version, left);
  }

  /** Workers of one lane; those that leave hold tasks and take none. */
  private static final class LaneWorkers {
    private final Map<String, Integer> byEngine = new HashMap<>();
    private final Map<String, Integer> idleByEngine = new HashMap<>();
    private int staying;
    private int idle;
    private int running;
    private int timed;
    private double taskSeconds;
    private boolean measured;

    void add(WorkerHeartbeat worker) {
      running += worker.running();
      if (worker.leaving()) {
        return;
      }
      staying++;
      byEngine.merge(worker.engine(), 1, Integer::sum);
      if (worker.running() == 0) {
        idle++;
        idleByEngine.merge(worker.engine(), 1, Integer::sum);
      }
      if (worker.taskSeconds() > 0) {
        timed++;
        taskSeconds += worker.taskSeconds();
      }
      measured |= !worker.modelled();
    }
  }

  private static Map<String, LaneWorkers> count(Collection<WorkerHeartbeat> workers) {
    var lanes = new HashMap<String, LaneWorkers>();
    for (var worker : workers) {
      lanes.computeIfAbsent(worker.lane(), lane -> new LaneWorkers()).add(worker);
    }
    return lanes;
  }

  private static Set<WorkerLife> alive(Collection<WorkerHeartbeat> workers) {
    var alive = HashSet.<WorkerLife>newHashSet(workers.size());
    workers.forEach(worker -> alive.add(worker.who()));
    return alive;
  }

  private static Set<String> measured(Map<String, LaneWorkers> lanes) {
    var measured = new HashSet<String>();
    lanes.forEach(
        (lane, there) -> {
          if (there.measured) {
            measured.add(lane);
          }
        });
    return Set.copyOf(measured);
  }

  private LaneWorkers lane(String lane) {
    return lanes.getOrDefault(lane, NOBODY);
  }

  /** Offset in {@code sluice.fleet} of the last heartbeat seen. */
  public long version() {
    return version;
  }

  /** Processes that have left in good order of late. */
  public Set<WorkerLife> left() {
    return left;
  }

  /** Workers of a lane that stay. */
  public int workers(String lane) {
    return lane(lane).staying;
  }

  /**
   * Workers of a lane that stay and whose engine gives the same bits.
   *
   * @param engine engine that a job is pinned to; empty: any will do
   */
  public int workers(String lane, String engine) {
    var there = lane(lane);
    return engine.isEmpty() ? there.staying : there.byEngine.getOrDefault(engine, 0);
  }

  /** Workers of a lane that have nothing to do, where nothing waits for them either. */
  public int idleWorkers(String lane) {
    return waiting.getOrDefault(lane, 0L) > running(lane) ? 0 : lane(lane).idle;
  }

  /** Whether a worker of the lane has nothing to do and could do the task of such a job. */
  public boolean idle(String lane, String engine) {
    var there = lane(lane);
    return (engine.isEmpty() ? there.idle : there.idleByEngine.getOrDefault(engine, 0)) > 0;
  }

  /** Whether all that isn't done in a lane is in its workers' hands, as far as was looked. */
  public boolean nothingWaits(String lane) {
    var known = waiting.get(lane);
    return known != null && known <= running(lane);
  }

  /** Whether a process has been heard of lately, or has said that it leaves. */
  public boolean hears(WorkerLife process) {
    return left.contains(process) || alive.contains(process);
  }

  /** Whether a lane has workers whose hardware is there, and not modelled. */
  public boolean measured(String lane) {
    return measured.contains(lane);
  }

  /** Lanes that have workers whose hardware is there, and not modelled. */
  public Set<String> measured() {
    return measured;
  }

  /** Tasks that a lane's workers hold. */
  public int running(String lane) {
    return lane(lane).running;
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
    var there = lane(lane);
    if (there.staying == 0) {
      return null;
    }
    long idle = (long) ended + there.idle;
    double queued = Math.max(0, waiting.getOrDefault(lane, 0L) - there.running);
    if (queued < idle) {
      return 0.0;
    }
    double taskSeconds = there.timed == 0 ? TASK_SECONDS : there.taskSeconds / there.timed;
    return taskSeconds * ((queued - idle) / there.staying + 1.0 / (there.staying + 1));
  }
}
