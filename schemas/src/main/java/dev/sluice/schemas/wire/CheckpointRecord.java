package dev.sluice.schemas.wire;

/**
 * One record of sluice.checkpoints and of sluice.anchors.
 *
 * @param entry what is stored
 */
public record CheckpointRecord(CheckpointEntry entry) {}
