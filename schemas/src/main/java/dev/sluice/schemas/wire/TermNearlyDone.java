package dev.sluice.schemas.wire;

/**
 * A group of shards nears the end of its term: the next one can be issued.
 *
 * @param jobId job id
 * @param round round of terms
 * @param step step that the group has reached
 */
public record TermNearlyDone(String jobId, long round, long step) implements JobEvent {}
