package dev.sluice.schemas.wire;

/**
 * How far the fold of a partition had read when the checkpoint was taken.
 *
 * @param nextOffset offset in sluice.gradients of the next record to fold
 */
public record FoldCursor(long nextOffset) implements CheckpointEntry {}
