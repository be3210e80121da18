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
  /** What is known of a job is left out of the transaction whose states and tasks refer to it. */
  FACTS_NOT_STORED,
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
  /** The brokers never see some renewals of locks, and the worker takes them for done. */
  RENEWALS_LOST,
  /** A task is acknowledged when it has ended, and its report may still be lost. */
  DONE_BEFORE_REPORTED,
  /** Tasks that need an engine go where workers with others take them. */
  ONE_QUEUE_FOR_ALL_ENGINES,
  /** Workers are told apart by their ids alone, although one that died comes back under its id. */
  LIVES_IGNORED,
  /** What the broker has dropped is never looked for. */
  STALLS_IGNORED,
  /** A step goes on without the shards that are late. */
  STRAGGLERS_CUT_OFF,
  /** A takeover folds and publishes, and only with its first checkpoint fences the owner before. */
  FOLDED_BEFORE_FENCING,
  /** A ledger takes a commit that the brokers have refused for one that they have not. */
  REFUSED_COMMIT_IGNORED,
  /** A partition that was taken over again goes on with records that came before that. */
  RECORDS_OF_BEFORE_A_SEEK,
  /** A takeover goes by the versions that there are, and not by the last number that was given. */
  LAST_NUMBER_FORGOTTEN,
  /** What is removed comes back with the next takeover. */
  REMOVALS_FORGOTTEN,
  /** What has ended leaves the states, and nobody remembers that it was there. */
  ENDED_NOT_REMEMBERED,
  /** It is forgotten that a job has ended while clients may still repeat it. */
  ENDED_FORGOTTEN_EARLY,
  /** What leaves the states is not in the history. */
  HISTORY_NOT_WRITTEN,
  /** A takeover forgets which parameters were the best on held-out rows. */
  BEST_FORGOTTEN,
  /** Who folds for itself goes on at the end of the log, and not where its state ends. */
  FOLDED_FROM_THE_END,
  /** A worker contributes to a step while what it has for the one before may still be lost. */
  SENT_BEFORE_STORED,
  /**
   * Tasks with rows are acknowledged when they are answered, and their reports may still be lost.
   */
  ROWS_DONE_BEFORE_REPORTED,
  /** What has had its rows itself has ended and is gone, and nobody remembers that it was there. */
  ANSWERED_NOT_REMEMBERED,
  /** A worker rounds whatever sums it sends, and not those of the groups that the job declares. */
  ENCODED_AS_SENT
}
