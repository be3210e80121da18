package dev.sluice.producer.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * What a job that has not ended waits for, or who works on it.
 *
 * @param code no-lane, model, ledger, worker, engine, queue, gone or works; stays the same where
 *     the sentence is put better
 * @param what the same in words that follow the job's name, such as "waits for a worker of lane
 *     gpu2"
 * @param worker the worker that has its task under way, where the code is works
 * @param sinceMs since when, milliseconds since the epoch on the brokers' clock; null where that is
 *     not known
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record WaitView(String code, String what, @Nullable String worker, @Nullable Long sinceMs) {

  /** What waits for no worker in particular. */
  public WaitView(String code, String what) {
    this(code, what, null, null);
  }

  /** Whether somebody works on the job. */
  public boolean works() {
    return code.equals("works");
  }
}
