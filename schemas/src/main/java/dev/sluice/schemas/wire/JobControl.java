package dev.sluice.schemas.wire;

/**
 * One record of sluice.controls.
 *
 * @param jobId job id
 * @param epoch epoch; tasks of an earlier one are void
 * @param command run, pause or stop
 */
public record JobControl(String jobId, int epoch, Command command) {}
