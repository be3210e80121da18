package dev.sluice.schemas.wire;

/**
 * One record of sluice.controls.
 *
 * @param jobId job id
 * @param epoch epoch; tasks of an earlier one are void
 * @param command run, pause or stop
 * @param submittedMs when the job was submitted, as in its facts: those of a job that is stopped
 *     are needed no more
 */
public record JobControl(String jobId, int epoch, Command command, long submittedMs) {

  /** Whether the ledger no longer wants a task of this job that was dispatched in an epoch. */
  public boolean voids(int taskEpoch) {
    return command == Command.STOP || taskEpoch < epoch;
  }
}
