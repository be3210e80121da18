package dev.sluice.schemas.wire;

/**
 * A place in sluice.gradients from which what follows can be folded again.
 *
 * @param nextOffset offset of the next record to fold there
 * @param foldedBytes bytes that the partition's fold had read up to there
 * @param anchorOffset offset in sluice.anchors at which the fold's state there begins; -1: it is
 *     not kept
 */
public record FoldMark(long nextOffset, long foldedBytes, long anchorOffset) {}
