package dev.sluice.schemas.wire;

/**
 * The state of a block's fold at one offset of the gradient log, for a worker that folds by itself.
 * Its vectors come before it.
 *
 * @param nextOffset offset of the next record to fold in the block's partition
 * @param head everything but the vectors
 */
public record FoldedBlock(long nextOffset, BlockCheckpoint head) {}
