package dev.sluice.schemas.wire;

/** How the learning rate changes over the steps. */
public sealed interface Schedule permits Constant, StepDecay, Cosine, Linear {}
