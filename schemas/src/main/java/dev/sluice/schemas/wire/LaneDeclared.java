package dev.sluice.schemas.wire;

/**
 * Someone declares a lane. Keyed by the lane's name; its owner answers with LaneOpened in every
 * partition.
 *
 * @param lane the lane
 */
public record LaneDeclared(Lane lane) implements JobEvent {}
