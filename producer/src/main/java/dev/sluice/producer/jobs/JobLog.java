package dev.sluice.producer.jobs;

import dev.sluice.schemas.wire.JobEvent;

/** Appends to {@code sluice.jobs}. */
public interface JobLog extends AutoCloseable {

  /**
   * Appends an event and waits until every in-sync replica has it.
   *
   * @param key job id, or name of the model or lane that it is about
   * @throws LogUnavailable where the brokers did not confirm it in time; it may still get in
   */
  void append(String key, JobEvent event) throws LogUnavailable;

  @Override
  void close();

  /** The brokers did not confirm an event. */
  final class LogUnavailable extends Exception {
    private static final long serialVersionUID = 1L;

    /**
     * @param why what the client said
     */
    public LogUnavailable(String why) {
      super(why);
    }
  }
}
