package dev.sluice.schemas.wire;

import java.util.List;

/**
 * How far the fold of a partition had read when the checkpoint was taken; in sluice.anchors, where
 * an anchor begins.
 *
 * @param nextOffset offset in sluice.gradients of the next record to fold
 * @param leaderEpoch leader epoch of the last record that was folded; -1: not known
 * @param foldedBytes bytes that the partition's fold has read
 * @param marks where the log may be cut, oldest first; it is kept from the first of them on
 */
public record FoldCursor(long nextOffset, int leaderEpoch, long foldedBytes, List<FoldMark> marks)
    implements CheckpointEntry {
  public FoldCursor {
    marks = List.copyOf(marks);
  }
}
