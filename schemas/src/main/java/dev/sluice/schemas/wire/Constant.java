package dev.sluice.schemas.wire;

/** The learning rate stays as it is. */
public record Constant() implements Schedule {}
