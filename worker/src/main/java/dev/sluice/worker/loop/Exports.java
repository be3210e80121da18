package dev.sluice.worker.loop;

import dev.sluice.schemas.artifact.ArtifactMissing;
import dev.sluice.schemas.wire.ExportWork;
import dev.sluice.schemas.wire.Outcome;
import dev.sluice.worker.engine.EngineException;
import dev.sluice.worker.exchange.ParameterFollower;
import dev.sluice.worker.queue.HeldTask;
import dev.sluice.worker.tasks.Datasets;
import dev.sluice.worker.tasks.ExportTask;
import dev.sluice.worker.tasks.TaskProblem;
import java.util.ArrayList;
import java.util.List;

/** Exports that wait for the generation that they are to export. */
final class Exports implements AutoCloseable {

  /** Told what becomes of them. */
  interface Listener {

    /** Its generation is here: {@link #export} can run. */
    void ready(PendingExport one);

    /** It has not come in time. */
    void overdue(PendingExport one, TaskProblem problem);
  }

  private final ParameterFollower follower;
  private final ExportTask task;
  private final long waitMsMax;
  private final List<PendingExport> pending = new ArrayList<>();

  Exports(Tools tools, Datasets datasets, long waitMsMax) {
    var engines = tools.engines();
    follower = tools.follower();
    task =
        new ExportTask(
            datasets,
            tools.files(),
            engines.training(),
            engines.inference(),
            engines.fingerprint());
    this.waitMsMax = waitMsMax;
  }

  void await(HeldTask held, ExportWork work, long nowMs) {
    var parameters = follower.follow(held.task().jobId(), work.prepared().network().floats());
    pending.add(new PendingExport(held, work, parameters, nowMs));
  }

  int size() {
    return pending.size();
  }

  boolean holds(String key) {
    return pending.stream().anyMatch(one -> one.held().key().equals(key));
  }

  /** Whether each has waited for so long. */
  boolean allWait(long nowMs, long leastMs) {
    return pending.stream().allMatch(one -> nowMs - one.sinceMs() >= leastMs);
  }

  /** Hands on those that wait no more; whether any was ready. */
  boolean look(long nowMs, Listener listener) {
    boolean ran = false;
    for (var one : List.copyOf(pending)) {
      long waitedMs = nowMs - one.sinceMs();
      if (one.ready()) {
        ran = true;
        listener.ready(one);
      } else if (waitedMs >= waitMsMax) {
        listener.overdue(one, one.overdue(waitedMs));
      } else {
        continue;
      }
      pending.remove(one);
      leave(one);
    }
    return ran;
  }

  Outcome export(PendingExport one) throws TaskProblem, EngineException, ArtifactMissing {
    var generation = one.parameters().acquire();
    try {
      return task.run(one.held().task().jobId(), one.work(), generation.flat());
    } finally {
      one.parameters().release();
    }
  }

  void drop(String key) {
    for (var one : List.copyOf(pending)) {
      if (one.held().key().equals(key)) {
        pending.remove(one);
        leave(one);
      }
    }
  }

  private void leave(PendingExport one) {
    follower.leave(one.parameters());
    one.parameters().close();
  }

  @Override
  public void close() {
    pending.forEach(this::leave);
    pending.clear();
  }
}
