package dev.sluice.schemas.wire;

/**
 * The learning rate falls in a straight line to floor times its start.
 *
 * @param floor final learning rate as a share of the first, in [0, 1]
 */
public record Linear(double floor) implements Schedule {}
