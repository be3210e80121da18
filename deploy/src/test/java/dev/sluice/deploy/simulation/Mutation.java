package dev.sluice.deploy.simulation;

/** A rule that is broken on purpose, to show that the simulation sees it. */
enum Mutation {
  /** Nothing is broken. */
  NONE,
  /** A fold that has lost its partition writes its checkpoint all the same, and trims. */
  ZOMBIE_CHECKPOINT,
  /** A ledger that has lost its partition commits all the same. */
  ZOMBIE_LEDGER,
  /** Only the newest generation is kept, where blocks advance one by one. */
  PARAMETERS_TRIMMED_EARLY,
  /** A takeover goes on from the offset that the group has polled, not from the stored cursor. */
  GROUP_OFFSETS_TRUSTED,
  /** A takeover reads states and cursor, and only then fences the owner before. */
  STATES_READ_BEFORE_FENCING,
  /** A job's end reaches one partition of the gradient log, and not the others. */
  STOP_IN_ONE_PARTITION,
  /** Workers see tasks of transactions that were aborted. */
  UNCOMMITTED_TASKS,
  /** A running statistic stays in the worker in place of the log. */
  STATISTIC_IN_WORKER,
  /** A checkpoint's cursor is where the fold is when it is written, not when it was taken. */
  CURSOR_READ_LATE,
  /** Parameters that could not be published are not published again. */
  PUBLICATIONS_LOST,
  /** A checkpoint goes beyond reports that are on their way and may be lost. */
  CHECKPOINT_BEFORE_REPORTS,
  /** The gradient log is trimmed before the checkpoint that allows it is committed. */
  TRIMMED_BEFORE_COMMIT,
  /** What another owner has trimmed is passed over, as a consumer does that resets its offset. */
  TRIMMED_RECORDS_PASSED_OVER,
  /** A term's end is reported while contributions are still on their way. */
  REPORTED_BEFORE_FLUSHED,
  /** A task that may kill its workers runs beside others, which are blamed as well. */
  SUSPECTS_BESIDE_OTHERS,
  /** Workers are told apart by their ids alone, although one that died comes back under its id. */
  LIVES_IGNORED,
  /** What the broker has dropped is never looked for. */
  STALLS_IGNORED,
  /** A step goes on without the shards that are late. */
  STRAGGLERS_CUT_OFF,
  /** A takeover forgets which parameters were the best on held-out rows. */
  BEST_FORGOTTEN
}
