package dev.sluice.schemas.wire;

/**
 * A job ended without the version for which it had a place. Keyed by the model's name.
 *
 * @param name model name
 * @param jobId job that ended
 */
public record ReleasePlace(String name, String jobId) implements JobEvent {}
