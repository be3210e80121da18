package dev.sluice.schemas.wire;

/**
 * Make a version of a model in another number format, measure both and store the new one's files.
 */
public record Quantise() implements TaskAction {}
