package dev.sluice.schemas.wire;

/** One layer of a {@link LayerStack}; shapes are given per batch of n samples. */
public sealed interface Layer
    permits Dense,
        Conv2d,
        MaxPool2d,
        AvgPool2d,
        GlobalAvgPool,
        Flatten,
        Dropout,
        BatchNorm,
        LayerNorm,
        Activation {}
