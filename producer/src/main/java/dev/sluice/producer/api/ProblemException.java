package dev.sluice.producer.api;

/** A request can't be answered as asked, for a reason that the asker is told. */
public final class ProblemException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Problem problem;

  /**
   * @param problem what the asker is told
   */
  public ProblemException(Problem problem) {
    // No stack trace: this is an answer, not a defect.
    super(problem.title() + ": " + problem.detail(), null, false, false);
    this.problem = problem;
  }

  /** What the asker is told. */
  public Problem problem() {
    return problem;
  }
}
