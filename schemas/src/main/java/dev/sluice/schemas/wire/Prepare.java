package dev.sluice.schemas.wire;

/** Read the data set and the network, check them, and say what they are. */
public record Prepare() implements TaskAction {}
