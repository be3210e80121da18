package dev.sluice.schemas.wire;

/**
 * Train for whole passes over the training rows.
 *
 * @param count number of passes
 */
public record Epochs(int count) implements Length {}
