package dev.sluice.worker.compute;

import dev.sluice.fold.Rounding;
import dev.sluice.platform.artifact.ArtifactMissing;
import dev.sluice.schemas.wire.Outcome;
import dev.sluice.worker.engine.EngineException;
import dev.sluice.worker.lease.HeldTask;
import dev.sluice.worker.tasks.TaskProblem;
import dev.sluice.worker.work.ExportWork;
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

  private final FoldExchange exchange;
  private final Computation computation;
  private final long waitMsMax;
  private final List<PendingExport> pending = new ArrayList<>();

  Exports(FoldExchange exchange, Computation computation, long waitMsMax) {
    this.exchange = exchange;
    this.computation = computation;
    this.waitMsMax = waitMsMax;
  }

  /** Keeps an export until the parameters that it writes have come. */
  void hold(HeldTask held, ExportWork work, long nowMs) {
    var ofJob =
        exchange.follow(held.task().jobId(), work.prepared().network(), false, Rounding.NONE);
    pending.add(new PendingExport(held, work, ofJob, nowMs));
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
      one.exchange().close();
    }
    return ran;
  }

  Outcome export(PendingExport one) throws TaskProblem, EngineException, ArtifactMissing {
    var parameters = one.exchange().parameters();
    var generation = parameters.acquire();
    try {
      return computation.export(one.held().task().jobId(), one.work(), generation.flat());
    } finally {
      parameters.release();
    }
  }

  void drop(String key) {
    for (var one : List.copyOf(pending)) {
      if (one.held().key().equals(key)) {
        pending.remove(one);
        one.exchange().close();
      }
    }
  }

  @Override
  public void close() {
    pending.forEach(one -> one.exchange().close());
    pending.clear();
  }
}
