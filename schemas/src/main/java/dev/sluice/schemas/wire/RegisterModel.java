package dev.sluice.schemas.wire;

/**
 * A job asks a model's owner for a new version. Keyed by the model's name.
 *
 * @param name model name
 * @param jobId job id to answer
 * @param model the version, with number 0
 */
public record RegisterModel(String name, String jobId, ModelVersion model) implements JobEvent {}
