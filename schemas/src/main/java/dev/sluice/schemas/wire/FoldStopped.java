package dev.sluice.schemas.wire;

/**
 * A job's fold ends: its blocks are forgotten; in every partition of sluice.gradients.
 *
 * @param reason why, for people
 */
public record FoldStopped(String reason) implements GradientEntry {}
