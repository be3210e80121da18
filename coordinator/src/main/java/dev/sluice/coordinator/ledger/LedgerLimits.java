package dev.sluice.coordinator.ledger;

/**
 * Bounds of the ledger.
 *
 * @param attemptsMax attempts of a task before its job fails
 * @param startsMax workers that may begin one attempt and be gone before its job fails: a task that
 *     kills its workers; at most 15
 * @param queueMs time after which a task that no worker has begun may count as dropped by the
 *     broker, in milliseconds
 * @param taskMs longest time from a task's start to its report, in milliseconds
 * @param termMs time that a term should take, in milliseconds
 * @param termMsMax longest time that a term may take, in milliseconds
 * @param openTasksMax inference tasks of one job dispatched at a time, where they are not short
 * @param rowsPerTask least rows of an inference task, where its job has as many
 * @param rowsPerTaskMax most rows of an inference task, as far as the least allows
 * @param progressMs least time between two reports of a fold's progress, in milliseconds
 * @param workerFoldBytes what a worker may read for a step where it folds for itself, beyond two
 *     groups; 0: workers never fold
 */
public record LedgerLimits(
    int attemptsMax,
    int startsMax,
    long queueMs,
    long taskMs,
    int termMs,
    int termMsMax,
    int openTasksMax,
    int rowsPerTask,
    int rowsPerTaskMax,
    int progressMs,
    long workerFoldBytes) {

  /** What holds where nothing is configured. */
  public static final LedgerLimits DEFAULT =
      new LedgerLimits(3, 4, 60_000, 180_000, 1_000, 20_000, 64, 1_024, 65_536, 250, 4L << 20);
}
