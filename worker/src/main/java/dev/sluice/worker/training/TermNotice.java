package dev.sluice.worker.training;

/** What a term's progress has to say to the ledger. */
public sealed interface TermNotice {

  /**
   * The next term can be issued.
   *
   * @param round round of terms
   * @param step first step that the group has not contributed to
   */
  record NearlyDone(long round, long step) implements TermNotice {}

  /**
   * The term has ended; the group is no longer held.
   *
   * @param key which held task it was
   * @param reachedStep first step that the group has not contributed to
   * @param steps steps that this worker computed
   * @param samples samples of these
   * @param computeNanos time spent computing
   */
  record Ended(String key, long reachedStep, long steps, long samples, long computeNanos)
      implements TermNotice {}
}
