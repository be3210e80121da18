package dev.sluice.worker.loop;

import dev.sluice.schemas.artifact.ArtifactMissing;
import dev.sluice.schemas.wire.LayerStack;
import dev.sluice.schemas.wire.TermWork;
import dev.sluice.schemas.wire.TorchScript;
import dev.sluice.worker.engine.EngineException;
import dev.sluice.worker.exchange.JobParameters;
import dev.sluice.worker.queue.HeldTask;
import dev.sluice.worker.tasks.Datasets;
import dev.sluice.worker.tasks.TaskProblem;
import dev.sluice.worker.training.TermGroup;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The training jobs that this worker has to do with: those it holds terms of, and for a while those
 * it held terms of, because the next term comes soon as a rule. For the computing thread.
 */
final class Sessions implements AutoCloseable {

  private record Open(TrainingSession session, JobParameters parameters) {}

  private final Tools tools;
  private final Datasets datasets;
  private final long stallMs;
  private final long lingerMs;
  private final Map<String, Open> open = new LinkedHashMap<>();
  private long closedSamples;

  Sessions(Tools tools, Datasets datasets, long stallMs, long lingerMs) {
    this.tools = tools;
    this.datasets = datasets;
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
    var session = known == null ? begin(task.task().jobId(), work, nowMs) : known.session;
    session.hold(group, clock.nowMs()); // opening one takes its time, and that is no waiting
  }

  private TrainingSession begin(String jobId, TermWork work, long nowMs)
      throws TaskProblem, ArtifactMissing, EngineException {
    // Those that only linger make room.
    List.copyOf(open.values()).stream()
        .map(Open::session)
        .filter(TrainingSession::isIdle)
        .forEach(this::close);
    var facts = work.prepared().network();
    // Asked for first: the parameters are on their way while the data set is being read.
    var parameters = tools.follower().follow(jobId, facts.floats());
    try {
      var dataset = datasets.forTraining(work.spec().dataset());
      var script =
          switch (facts.network()) {
            case LayerStack stack -> null;
            case TorchScript given -> tools.files().get(given.artifact());
          };
      var program = tools.engines().training().open(facts, script);
      var session =
          new TrainingSession(
              jobId, work, dataset, program, parameters, tools.gradients(), stallMs, nowMs);
      open.put(jobId, new Open(session, parameters));
      return session;
    } finally {
      if (!open.containsKey(jobId)) {
        tools.follower().leave(parameters);
        parameters.close();
      }
    }
  }

  /** All of them, in the order in which they were opened. */
  List<TrainingSession> all() {
    return open.values().stream().map(Open::session).toList();
  }

  /** Whether a term is held. */
  boolean holds(String key) {
    return open.values().stream().anyMatch(one -> one.session.keys().contains(key));
  }

  /** Number of terms held. */
  int terms() {
    return open.values().stream().mapToInt(one -> one.session.keys().size()).sum();
  }

  /** Whether no session with terms has had anything to compute for too long. */
  boolean allStalled(long nowMs) {
    return open.values().stream()
        .map(Open::session)
        .allMatch(session -> session.isIdle() || session.stalled(nowMs));
  }

  /** Samples computed since the start. */
  long samples() {
    return closedSamples + open.values().stream().mapToLong(one -> one.session.samples()).sum();
  }

  /** Forgets a term. */
  void drop(String key, long nowMs) {
    for (var one : open.values()) {
      if (one.session.keys().contains(key)) {
        one.session.drop(key, nowMs);
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
    var closed = open.remove(session.jobId());
    if (closed != null) {
      closedSamples += session.samples();
      tools.follower().leave(closed.parameters);
      session.close();
    }
  }

  @Override
  public void close() {
    all().forEach(this::close);
  }
}
