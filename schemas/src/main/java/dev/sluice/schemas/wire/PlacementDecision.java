package dev.sluice.schemas.wire;

/**
 * Why a job went to its lane.
 *
 * @param aim what was lowered
 * @param fleetVersion offset in sluice.fleet of the last heartbeat that was seen
 * @param decidedMs when it was decided
 */
public record PlacementDecision(Aim aim, long fleetVersion, long decidedMs) {}
