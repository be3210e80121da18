package dev.sluice.schemas.wire;

/** A network, as the user describes it. */
public sealed interface Network permits LayerStack, TorchScript {}
