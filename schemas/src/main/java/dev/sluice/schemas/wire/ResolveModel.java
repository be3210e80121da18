package dev.sluice.schemas.wire;

/**
 * A job asks a model's owner for a version. Keyed by the model's name.
 *
 * @param name model name
 * @param jobId job id to answer
 * @param version version number or alias
 */
public record ResolveModel(String name, String jobId, String version) implements JobEvent {}
