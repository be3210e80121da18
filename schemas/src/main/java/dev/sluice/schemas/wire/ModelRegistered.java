package dev.sluice.schemas.wire;

/**
 * The model's owner answers RegisterModel.
 *
 * @param jobId job id
 * @param name model name
 * @param version number given
 */
public record ModelRegistered(String jobId, String name, int version) implements JobEvent {}
