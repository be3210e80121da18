package dev.sluice.schemas.wire;

/** (n, c, h, w) to (n, c*h*w), row-major. */
public record Flatten() implements Layer {}
