package dev.sluice.schemas.wire;

/**
 * A place for the version that a job under way will register, so that there is one when it is made.
 *
 * @param name name of the model
 * @param jobId job that will register it
 */
public record ModelPlace(String name, String jobId) implements StoredState {}
