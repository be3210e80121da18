package dev.sluice.worker.compute;

import dev.sluice.platform.artifact.ArtifactMissing;
import dev.sluice.worker.engine.EngineException;
import dev.sluice.worker.lease.HeldTask;
import dev.sluice.worker.tasks.TaskProblem;
import dev.sluice.worker.training.TermGroup;
import dev.sluice.worker.work.TermWork;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The training jobs that this worker holds terms of. A job stays for a while after its last term,
 * because the next term mostly comes soon. For the computing thread.
 */
final class Sessions implements AutoCloseable {

  private final FoldExchange exchange;
  private final Computation computation;
  private final long stallMs;
  private final long lingerMs;
  private final Map<String, TrainingSession> open = new LinkedHashMap<>();
  private long closedSamples;

  Sessions(FoldExchange exchange, Computation computation, long stallMs, long lingerMs) {
    this.exchange = exchange;
    this.computation = computation;
    this.stallMs = stallMs;
    this.lingerMs = lingerMs;
  }

  /**
   * Takes a term; its job's session is opened where there is none.
   *
   * @throws TaskProblem where the data set cannot be read
   * @throws ArtifactMissing where a file is not stored
   * @throws EngineException where the network cannot be built
   */
  void hold(HeldTask task, TermWork work, Clock clock)
      throws TaskProblem, ArtifactMissing, EngineException {
    long nowMs = clock.nowMs();
    var group =
        new TermGroup(
            task.key(),
            work.shardFrom(),
            work.shards(),
            work.fromStep(),
            work.toStep(),
            work.round(),
            work.announceStep(),
            nowMs + work.timeMsMax());
    var known = open.get(task.task().jobId());
    var session = known == null ? begin(task.task().jobId(), work, nowMs) : known;
    session.hold(group, clock.nowMs()); // opening one takes its time, and that is no waiting
  }

  private TrainingSession begin(String jobId, TermWork work, long nowMs)
      throws TaskProblem, ArtifactMissing, EngineException {
    // Those that only linger make room.
    List.copyOf(open.values()).stream().filter(TrainingSession::isIdle).forEach(this::close);
    // Asked for first: the parameters are on their way while the data set is being read.
    var ofJob =
        exchange.follow(jobId, work.prepared().network(), work.workersFold(), work.rounding());
    try {
      var gradients = computation.open(jobId, work);
      var session = new TrainingSession(jobId, gradients, ofJob, stallMs, nowMs);
      open.put(jobId, session);
      return session;
    } finally {
      if (!open.containsKey(jobId)) {
        ofJob.close();
      }
    }
  }

  /** All of them, in the order in which they were opened. */
  List<TrainingSession> all() {
    return List.copyOf(open.values());
  }

  /** Whether a term is held. */
  boolean holds(String key) {
    return open.values().stream().anyMatch(session -> session.keys().contains(key));
  }

  /** Number of terms held. */
  int terms() {
    return open.values().stream().mapToInt(session -> session.keys().size()).sum();
  }

  /** Whether no session with terms has had anything to compute for too long. */
  boolean allStalled(long nowMs) {
    return open.values().stream().allMatch(session -> session.isIdle() || session.stalled(nowMs));
  }

  /** Samples computed since the start. */
  long samples() {
    return closedSamples + open.values().stream().mapToLong(TrainingSession::samples).sum();
  }

  /** Forgets a term. */
  void drop(String key, long nowMs) {
    for (var session : open.values()) {
      if (session.keys().contains(key)) {
        session.drop(key, nowMs);
      }
    }
  }

  /** Closes those that have had no term for long enough. */
  void closeIdle(long nowMs) {
    for (var session : all()) {
      if (session.isIdle() && nowMs - session.idleSinceMs() >= lingerMs) {
        close(session);
      }
    }
  }

  /** Closes one. */
  void close(TrainingSession session) {
    if (open.remove(session.jobId()) != null) {
      closedSamples += session.samples();
      session.close();
    }
  }

  @Override
  public void close() {
    all().forEach(this::close);
  }
}
