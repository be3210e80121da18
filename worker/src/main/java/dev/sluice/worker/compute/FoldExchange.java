package dev.sluice.worker.compute;

/** How a worker and the folds exchange contributions and parameters. */
public interface FoldExchange {

  /**
   * Begins to follow a job; one can be followed more than once.
   *
   * @param floats length of its flat vector
   * @param fold whether to make its generations here, of what the gradient log holds
   */
  JobExchange follow(String jobId, long floats, boolean fold);
}
