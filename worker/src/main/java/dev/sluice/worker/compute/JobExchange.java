package dev.sluice.worker.compute;

import dev.sluice.worker.training.JobParameters;
import org.jspecify.annotations.Nullable;

/** What goes to the fold of one job, and what comes from it. For the computing thread. */
public interface JobExchange extends AutoCloseable {

  /** Where its parameters appear as they come; closed with this. */
  JobParameters parameters();

  /**
   * Sends a sum, once what was sent before is stored, and does not wait until this one is. Where
   * something could not be stored, it is not sent, and {@link #failure} says why. Its values may be
   * overwritten afterwards.
   *
   * <p>So whoever finds a contribution to a step in the log knows that all that its sender has
   * contributed to the step before is there, too: no block needs its generation of that step any
   * more.
   */
  void contribute(GroupSum sum);

  /** Waits until the brokers have everything that was sent before, or it has failed. */
  void flush();

  /** Why something that was sent could not be stored; null: nothing has failed. */
  @Nullable Exception failure();

  /** Ends the following. */
  @Override
  void close();
}
