package dev.sluice.schemas.wire;

/**
 * One record of sluice.checkpoints.
 *
 * @param entry what is stored
 */
public record CheckpointRecord(CheckpointEntry entry) {}
