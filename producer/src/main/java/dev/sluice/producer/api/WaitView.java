package dev.sluice.producer.api;

/**
 * What a job that has not ended waits for, or who works on it.
 *
 * @param code no-lane, model, ledger, worker, engine, queue, gone or works; stays the same where
 *     the sentence is put better
 * @param what the same in words that follow the job's name, such as "waits for a worker of lane
 *     gpu2"
 */
public record WaitView(String code, String what) {

  /** Whether somebody works on the job. */
  public boolean works() {
    return code.equals("works");
  }
}
