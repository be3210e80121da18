package dev.sluice.schemas.wire;

/**
 * A worker has joined and needs what is current of a job.
 *
 * @param worker worker
 * @param folds whether it goes on to fold by itself, so that it needs the fold's whole state;
 *     otherwise it needs the parameters alone
 */
public record Attached(String worker, boolean folds) implements GradientEntry {}
