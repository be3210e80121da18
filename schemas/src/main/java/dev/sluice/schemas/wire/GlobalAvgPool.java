package dev.sluice.schemas.wire;

/** Mean over all pixels of a channel: (n, c, h, w) to (n, c). */
public record GlobalAvgPool() implements Layer {}
