package dev.sluice.schemas.wire;

/**
 * A lane exists: written to every partition of sluice.jobs, where it wakes held jobs.
 *
 * @param lane the lane
 */
public record LaneOpened(Lane lane) implements JobEvent {}
