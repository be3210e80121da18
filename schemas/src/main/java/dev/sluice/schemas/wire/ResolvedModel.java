package dev.sluice.schemas.wire;

/**
 * The model version that an inference job applies, or that is quantised.
 *
 * @param model the version
 */
public record ResolvedModel(ModelVersion model) implements JobFact {}
