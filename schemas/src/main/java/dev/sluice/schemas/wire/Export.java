package dev.sluice.schemas.wire;

/**
 * Read the final parameters, measure them on the held-out rows and store the model's files.
 *
 * @param generation generation to export
 */
public record Export(long generation) implements TaskAction {}
