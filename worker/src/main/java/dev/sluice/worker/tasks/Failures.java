package dev.sluice.worker.tasks;

import dev.sluice.platform.artifact.ArtifactMissing;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.Fault;
import dev.sluice.schemas.wire.TaskFailed;
import dev.sluice.worker.engine.EngineException;
import org.apache.kafka.common.KafkaException;

/** What went wrong in a task, whatever it is, as a cause. */
public final class Failures {

  /** How deep the causes of what was thrown are looked at. */
  private static final int CAUSES_MAX = 8;

  private Failures() {}

  /** How the ledger is told. */
  public static TaskFailed outcome(String where, Throwable thrown) {
    return switch (thrown) {
      case TaskProblem problem -> problem.outcome();
      case EngineException refused ->
          new TaskFailed(refused.reason(), refused.reason().fault() != Fault.BAD_INPUT);
      case ArtifactMissing missing -> new TaskFailed(missing.problem(), false);
      case OutOfMemoryError error ->
          new TaskFailed(
              new Cause(
                  Code.OUT_OF_MEMORY,
                  where,
                  "The worker ran out of memory.",
                  String.valueOf(error.getMessage()),
                  "Give workers of this lane more memory (-Xmx; with deploy/sluice worker"
                      + " SLUICE_HEAP, with up and quickstart SLUICE_WORKER_HEAP), or use a smaller"
                      + " data set, batch or network."),
              true);
      case StackOverflowError error ->
          new TaskFailed(
              new Cause(
                  Code.DEFECT,
                  where,
                  "The worker ran out of stack.",
                  "Something recursed too deeply.",
                  "Use a less deeply nested network, or start workers with a larger -Xss."),
              true);
      case KafkaException away ->
          new TaskFailed(
              new Cause(
                  Code.BROKERS_UNAVAILABLE,
                  where,
                  "The brokers did not serve the worker.",
                  away.getMessage() + (away.getCause() == null ? "" : ": " + away.getCause()),
                  "Check the brokers; the task is tried again."),
              true);
      case Throwable full when isOutOfSpace(full) ->
          new TaskFailed(
              new Cause(
                  Code.DISK_FULL,
                  where,
                  "The worker's disk is full.",
                  String.valueOf(full.getMessage()),
                  "Free space in its temporary directory, or start it with another one"
                      + " (-Djava.io.tmpdir)."),
              true);
      default ->
          new TaskFailed(
              new Cause(
                  Code.DEFECT,
                  where,
                  "The worker failed on the task.",
                  thrown.toString(),
                  "See the worker's log; if it happens again, report the defect."),
              true);
    };
  }

  /** As Linux words ENOSPC and EDQUOT, which Java and libtorch pass on as text only. */
  private static boolean isOutOfSpace(Throwable thrown) {
    Throwable at = thrown;
    for (int depth = 0; at != null && depth < CAUSES_MAX; depth++) {
      var text = String.valueOf(at.getMessage());
      if (text.contains("No space left on device") || text.contains("Disk quota exceeded")) {
        return true;
      }
      at = at.getCause();
    }
    return false;
  }
}
