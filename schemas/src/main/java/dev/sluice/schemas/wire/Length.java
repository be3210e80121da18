package dev.sluice.schemas.wire;

/** When training ends. */
public sealed interface Length permits Epochs, Steps {}
