package dev.sluice.schemas.wire;

/**
 * Batch normalisation over channels (Ioffe and Szegedy, arXiv 1502.03167); statistics are per
 * virtual shard.
 *
 * @param momentum weight of a step's statistics in the running ones, in (0, 1]
 * @param epsilon added to the variance
 */
public record BatchNorm(double momentum, double epsilon) implements Layer {}
