package dev.sluice.fold;

import dev.sluice.schemas.wire.SumEncoding;
import dev.sluice.schemas.wire.SumFormat;

/**
 * Which sums of a job's tree are rounded: those of exactly so many shards, before they are added to
 * their siblings, and wherever they are completed. Sums of fewer shards are not, nor are those of
 * more, which are sums of rounded ones. So a contribution that stands for one of these nodes loses
 * nothing by travelling in the format, and no other contribution does.
 *
 * @param format what they are rounded to
 * @param shards of how many shards; 0: none are rounded
 */
public record Rounding(SumFormat format, int shards) {

  /** Nothing is rounded. */
  public static final Rounding NONE = new Rounding(SumFormat.FP32, 0);

  /**
   * @param encoding of the job; its number of groups is pinned
   * @param shards the job's
   */
  public static Rounding of(SumEncoding encoding, int shards) {
    return encoding.format() == SumFormat.FP32
        ? NONE
        : new Rounding(encoding.format(), shards / Math.clamp(encoding.groups(), 1, shards));
  }

  /** Whether a sum of so many shards is rounded. */
  public boolean rounds(int count) {
    return count == shards;
  }

  /** How a sum of so many shards travels. */
  public SumFormat formatOf(int count) {
    return rounds(count) ? format : SumFormat.FP32;
  }
}
