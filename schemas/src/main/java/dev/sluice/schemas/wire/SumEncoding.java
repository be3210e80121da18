package dev.sluice.schemas.wire;

/**
 * In how many bits the sums of a training job's gradients travel. So that the bits of the result
 * don't depend on who computes what, it is the sums of fixed groups of shards that are rounded,
 * whether they travel or not.
 *
 * @param format how they are written
 * @param groups groups of a step's shards whose sums are rounded: a power of two, at most the
 *     shards; 0 in a job: as many as the lane has workers once it is prepared; always 0 with FP32
 */
public record SumEncoding(SumFormat format, int groups) {
  /** Nothing is rounded. */
  public static final SumEncoding NONE = new SumEncoding(SumFormat.FP32, 0);
}
