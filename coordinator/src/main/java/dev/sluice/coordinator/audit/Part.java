package dev.sluice.coordinator.audit;

import dev.sluice.schemas.wire.FoldStarted;
import java.nio.ByteBuffer;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What came out of one partition of the gradient log.
 *
 * @param partition which
 * @param origin what it was derived from
 * @param plan the job's fold; null where nothing was found
 * @param blocks blocks of the job that belong here; -1 where that is not known
 * @param finals values of the last generation, by block; binary32, little-endian
 * @param generation generation that every block here has reached; -1: none
 * @param contributions contributions read from there on
 * @param unusable contributions before it, which nothing can be made of any more
 * @param compared generations that are recorded elsewhere, too
 * @param difference the first of them that differs; null: none
 * @param failure what the fold failed with; empty: it did not
 */
public record Part(
    int partition,
    ReplayOrigin origin,
    @Nullable FoldStarted plan,
    int blocks,
    Map<Integer, ByteBuffer> finals,
    long generation,
    long contributions,
    long unusable,
    long compared,
    @Nullable Difference difference,
    String failure) {

  public Part {
    finals = Map.copyOf(finals);
  }

  /** Whether every block here was derived to its end. */
  public boolean whole() {
    return finals.size() == blocks;
  }

  /** Steps that were folded again. */
  public long steps() {
    boolean measured = plan != null && plan.validation() != null;
    long reached = whole() && measured ? generation - 1 : generation; // the last one only measures
    return switch (origin) {
      case ReplayOrigin.WholeLog() -> Math.max(0, reached);
      case ReplayOrigin.Anchor(long from) -> Math.max(0, reached - Math.max(0, from));
      case ReplayOrigin.Nothing() -> 0;
    };
  }
}
