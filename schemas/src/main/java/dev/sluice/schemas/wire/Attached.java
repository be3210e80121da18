package dev.sluice.schemas.wire;

/**
 * A worker has joined and needs the parameters that are current.
 *
 * @param worker worker
 */
public record Attached(String worker) implements GradientEntry {}
