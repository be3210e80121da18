package dev.sluice.coordinator.audit;

/**
 * A generation of a block that is recorded elsewhere with other bits than the log gives.
 *
 * @param block block
 * @param generation generation: the step whose gradients are computed from it
 * @param source where it is recorded, for people
 */
public record Difference(int block, long generation, String source) {}
