package dev.sluice.schemas.wire;

/** How gradients become updates. */
public sealed interface Optimizer permits Sgd, Adam, AdamW {}
