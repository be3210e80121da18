package dev.sluice.schemas.wire;

/**
 * One record of sluice.gradients.
 *
 * @param jobId job id
 * @param entry what it is
 */
public record GradientRecord(String jobId, GradientEntry entry) {}
