package dev.sluice.schemas.wire;

/**
 * A job that is about to make a new version asks the model's owner whether it will fit. Keyed by
 * the model's name. Answered by {@link ModelRegistered} with a cause where there is no room, and
 * not at all where there is.
 *
 * @param name model name
 * @param jobId job id to answer
 * @param bytes what the version will take at most, as a record
 */
public record RoomForModel(String name, String jobId, long bytes) implements JobEvent {}
