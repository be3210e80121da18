package dev.sluice.schemas.wire;

/** What {@code sluice.checkpoints} holds. */
public sealed interface CheckpointEntry permits BlockCheckpoint, VectorCheckpoint, FoldCursor {}
