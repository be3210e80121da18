package dev.sluice.schemas.wire;

/**
 * Layer normalisation over all values of a sample (Ba et al., arXiv 1607.06450).
 *
 * @param epsilon added to the variance
 */
public record LayerNorm(double epsilon) implements Layer {}
