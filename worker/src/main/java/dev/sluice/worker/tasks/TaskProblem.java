package dev.sluice.worker.tasks;

import dev.sluice.schemas.artifact.ArtifactMissing;
import dev.sluice.schemas.job.Problems;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Fault;
import dev.sluice.schemas.wire.TaskFailed;
import dev.sluice.worker.engine.EngineException;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.kafka.common.KafkaException;

/** A task cannot be done. */
public final class TaskProblem extends Exception {
  private static final long serialVersionUID = 1L;

  /** How many kinds of problems one cause lists; a wrong file can have one in every row. */
  private static final int PROBLEMS_MAX = 5;

  /** Characters of each that a cause which lists several shows. */
  private static final int TEXT_CHARS_MAX = 200;

  /** How deep the causes of what was thrown are looked at. */
  private static final int CAUSES_MAX = 8;

  private final transient Cause reason;
  private final boolean retryable;

  /**
   * @param reason why
   * @param retryable whether another attempt may end otherwise
   */
  public TaskProblem(Cause reason, boolean retryable) {
    super(reason.what());
    this.reason = reason;
    this.retryable = retryable;
  }

  /** A task whose input is wrong in one or more ways. */
  public static TaskProblem badInput(List<Cause> problems) {
    return new TaskProblem(joined(problems), false);
  }

  /** How the ledger is told. */
  public TaskFailed outcome() {
    return new TaskFailed(reason, retryable);
  }

  /** How the ledger is told of whatever else went wrong in a task. */
  public static TaskFailed outcome(String where, Throwable thrown) {
    return switch (thrown) {
      case TaskProblem problem -> problem.outcome();
      case EngineException refused ->
          new TaskFailed(refused.reason(), refused.reason().fault() != Fault.BAD_INPUT);
      case ArtifactMissing missing -> new TaskFailed(missing.problem(), false);
      case OutOfMemoryError error ->
          new TaskFailed(
              new Cause(
                  Fault.NO_CAPACITY,
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
                  Fault.OUR_FAULT,
                  where,
                  "The worker ran out of stack.",
                  "Something recursed too deeply.",
                  "Use a less deeply nested network, or start workers with a larger -Xss."),
              true);
      case KafkaException away ->
          new TaskFailed(
              new Cause(
                  Fault.NO_CAPACITY,
                  where,
                  "The brokers did not serve the worker.",
                  away.getMessage() + (away.getCause() == null ? "" : ": " + away.getCause()),
                  "Check the brokers; the task is tried again."),
              true);
      case Throwable full when isOutOfSpace(full) ->
          new TaskFailed(
              new Cause(
                  Fault.NO_CAPACITY,
                  where,
                  "The worker's disk is full.",
                  String.valueOf(full.getMessage()),
                  "Free space in its temporary directory, or start it with another one"
                      + " (-Djava.io.tmpdir)."),
              true);
      default ->
          new TaskFailed(
              new Cause(
                  Fault.OUR_FAULT,
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

  /** One cause that says what several say; those that are alike once, with their number. */
  public static Cause joined(List<Cause> all) {
    var alike = new Problems();
    all.forEach(alike::add);
    var problems = alike.list();
    if (problems.size() == 1) {
      return problems.getFirst();
    }
    var shown = problems.subList(0, Math.min(PROBLEMS_MAX, problems.size()));
    return new Cause(
        problems.getFirst().fault(),
        "",
        shown.stream().map(TaskProblem::sentence).collect(Collectors.joining(" "))
            + (problems.size() > shown.size() ? " And others." : ""),
        Problems.heading(problems) + ".",
        shown.stream().map(Cause::mend).distinct().collect(Collectors.joining(" ")));
  }

  private static String sentence(Cause cause) {
    return (cause.where().isEmpty() ? "" : cause.where() + ": ") + cut(cause.what());
  }

  private static String cut(String text) {
    return text.length() <= TEXT_CHARS_MAX ? text : text.substring(0, TEXT_CHARS_MAX) + "...";
  }
}
