package dev.sluice.schemas.wire;

/**
 * The final parameters were read, measured and stored.
 *
 * @param model the model, with version 0
 */
public record Exported(ModelVersion model) implements Outcome {}
