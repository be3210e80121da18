package dev.sluice.producer.history;

import dev.sluice.schemas.wire.EndedJob;
import java.util.Collection;
import java.util.Map;

/** What is kept of jobs that have ended. */
public interface History {

  /**
   * Reads jobs.
   *
   * @param jobs which
   * @return what was found, by id; a job that is not among them is not in the history any more
   * @throws HistoryBroken where it can't be read now
   */
  Map<String, KnownJob> read(Collection<EndedJob> jobs) throws HistoryBroken;

  /** The history can't be read now. */
  final class HistoryBroken extends Exception {
    private static final long serialVersionUID = 1L;

    /**
     * @param message why, in words that go on after a colon
     */
    public HistoryBroken(String message) {
      super(message);
    }
  }
}
