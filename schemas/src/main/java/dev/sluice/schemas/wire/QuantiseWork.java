package dev.sluice.schemas.wire;

/**
 * Make a version of a model in another number format, measure both and store the new one's files.
 *
 * @param spec the job's work
 * @param model the version to start from
 */
public record QuantiseWork(QuantisationSpec spec, ModelVersion model) implements TaskWork {}
