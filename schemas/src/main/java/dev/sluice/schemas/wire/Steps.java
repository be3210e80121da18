package dev.sluice.schemas.wire;

/**
 * Train for a number of optimizer steps.
 *
 * @param count number of steps
 */
public record Steps(long count) implements Length {}
