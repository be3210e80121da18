package dev.sluice.schemas.wire;

/**
 * Zeroes values at random in training, scaling the others by 1/(1-rate); the identity in inference.
 *
 * @param rate probability that a value is zeroed, in [0, 1)
 */
public record Dropout(double rate) implements Layer {}
