package dev.sluice.coordinator.placement;

import dev.sluice.schemas.wire.WorkerHeartbeat;
import java.util.Collection;
import java.util.List;

/**
 * The workers that are alive, as their heartbeats say.
 *
 * @param workers last heartbeat of each
 */
public record Fleet(List<WorkerHeartbeat> workers) {

  /** Nobody. */
  public static final Fleet EMPTY = new Fleet(List.of());

  public Fleet {
    workers = List.copyOf(workers);
  }

  /** A fleet of these workers. */
  public static Fleet of(Collection<WorkerHeartbeat> workers) {
    return new Fleet(List.copyOf(workers));
  }

  /** Workers of a lane that stay. */
  public int workers(String lane) {
    return (int) workers.stream().filter(w -> serves(w, lane)).count();
  }

  /** Workers of a lane that stay and whose engine gives the same bits. */
  public int workers(String lane, String engine) {
    return (int) workers.stream().filter(w -> serves(w, lane) && w.engine().equals(engine)).count();
  }

  /** Whether a worker of the lane has nothing to do and could do the task of such a job. */
  public boolean idle(String lane, String engine) {
    return workers.stream()
        .anyMatch(
            w ->
                serves(w, lane)
                    && w.running() == 0
                    && (engine.isEmpty() || w.engine().equals(engine)));
  }

  /** Tasks that a lane's workers hold. */
  public int running(String lane) {
    return workers.stream()
        .filter(w -> w.lane().equals(lane))
        .mapToInt(WorkerHeartbeat::running)
        .sum();
  }

  private static boolean serves(WorkerHeartbeat worker, String lane) {
    return worker.lane().equals(lane) && !worker.leaving();
  }
}
