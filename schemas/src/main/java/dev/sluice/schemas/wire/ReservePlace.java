package dev.sluice.schemas.wire;

/**
 * A job that begins, and will register a version, asks the model's owner for a place. Keyed by the
 * model's name. Answered by {@link ModelRegistered} with a cause where the name is full, and not at
 * all where there is a place.
 *
 * @param name model name
 * @param jobId job id to answer
 */
public record ReservePlace(String name, String jobId) implements JobEvent {}
