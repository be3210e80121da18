package dev.sluice.coordinator.fold;

import dev.sluice.fold.BlockSnapshot;
import dev.sluice.schemas.wire.FoldCursor;
import dev.sluice.schemas.wire.FoldMark;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;

/**
 * What stays of a partition's folded log, so that an audit can derive models from it again.
 *
 * <p>Every half of the bound, measured in folded bytes, a mark is set, and the state that the fold
 * has there is kept as an <em>anchor</em>. The log is cut at marks only: a job whose beginning was
 * cut off is derived from an anchor. So between one half of the bound and all of it stays, with two
 * or three anchors, whatever jobs come and go; none of this is read at a takeover.
 *
 * @param bytesMax bound of the log in bytes, and twice that of one anchor; 0: nothing stays
 * @param marks oldest first
 */
public record Retention(long bytesMax, List<FoldMark> marks) {

  private static final long NOT_KEPT = -1;

  public Retention {
    marks = List.copyOf(marks);
  }

  /** As the last checkpoint has it; where that knows no marks, the log is kept from there on. */
  public static Retention resumed(long bytesMax, FoldCursor stored) {
    return stored.marks().isEmpty() && bytesMax > 0
        ? new Retention(
            bytesMax, List.of(new FoldMark(stored.nextOffset(), stored.foldedBytes(), NOT_KEPT)))
        : new Retention(bytesMax, stored.marks());
  }

  /** Whether it is time for a mark. */
  public boolean anchorDue(long foldedBytes) {
    return bytesMax > 0 && foldedBytes - marks.getLast().foldedBytes() >= bytesMax / 2;
  }

  /** The blocks that an anchor holds: of each job all or none, as many jobs as it has room for. */
  public List<BlockSnapshot> anchor(List<BlockSnapshot> all) {
    var jobs = new LinkedHashMap<String, List<BlockSnapshot>>();
    for (var block : all) {
      jobs.computeIfAbsent(block.head().jobId(), id -> new ArrayList<>()).add(block);
    }
    var kept = new ArrayList<BlockSnapshot>();
    long room = bytesMax / 2;
    for (var blocks : jobs.values()) {
      long bytes = blocks.stream().mapToLong(BlockSnapshot::bytes).sum();
      if (bytes <= room) {
        room -= bytes;
        kept.addAll(blocks);
      }
    }
    return kept;
  }

  /** With one more mark. */
  public Retention with(FoldMark mark) {
    var all = new ArrayList<>(marks);
    all.add(mark);
    return new Retention(bytesMax, all);
  }

  /** Without the marks that are further back than the bound. The newest one stays. */
  public Retention at(long foldedBytes) {
    if (bytesMax == 0) {
      return new Retention(0, List.of());
    }
    var kept = new ArrayList<>(marks);
    while (kept.size() > 1 && foldedBytes - kept.getFirst().foldedBytes() > bytesMax) {
      kept.removeFirst();
    }
    return new Retention(bytesMax, kept);
  }

  /**
   * Offset from which the gradient log is kept.
   *
   * @param nextOffset of the checkpoint
   */
  public long logFrom(long nextOffset) {
    return marks.isEmpty() ? nextOffset : Math.min(nextOffset, marks.getFirst().nextOffset());
  }

  /** Offset from which anchors are kept; -1: none is. */
  public long anchorsFrom() {
    return marks.isEmpty() ? -1 : Math.max(0, marks.getFirst().anchorOffset());
  }
}
