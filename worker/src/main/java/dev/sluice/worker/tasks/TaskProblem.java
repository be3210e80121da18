package dev.sluice.worker.tasks;

import dev.sluice.schemas.problem.Problems;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.TaskFailed;
import java.util.List;
import java.util.stream.Collectors;

/** A task cannot be done. */
public final class TaskProblem extends Exception {
  private static final long serialVersionUID = 1L;

  /** How many kinds of problems one cause lists; a wrong file can have one in every row. */
  private static final int PROBLEMS_MAX = 5;

  /** Characters of each that a cause which lists several shows. */
  private static final int TEXT_CHARS_MAX = 200;

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
        Problems.code(problems),
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
