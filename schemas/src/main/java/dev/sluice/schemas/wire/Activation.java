package dev.sluice.schemas.wire;

/**
 * An element-wise function.
 *
 * @param function which function
 */
public record Activation(Function function) implements Layer {}
