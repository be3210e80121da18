package dev.sluice.schemas.wire;

/**
 * A task could not be done.
 *
 * @param cause why
 * @param retryable whether another attempt may end otherwise
 */
public record TaskFailed(Cause cause, boolean retryable) implements Outcome {}
