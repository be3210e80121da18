package dev.sluice.schemas.wire;

/**
 * Fully connected layer: (n, in) to (n, units).
 *
 * @param units number of output values
 * @param bias whether a bias is added
 */
public record Dense(int units, boolean bias) implements Layer {}
