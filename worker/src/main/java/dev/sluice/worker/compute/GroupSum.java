package dev.sluice.worker.compute;

import dev.sluice.schemas.codec.Vectors;
import dev.sluice.schemas.wire.Contribution;
import dev.sluice.schemas.wire.SumFormat;
import dev.sluice.worker.training.BlockSums;

/**
 * What an aligned group of shards contributes to a step.
 *
 * @param step step, or {@link #INITIAL_STEP}
 * @param shardFrom first shard
 * @param shards number of shards
 * @param sum what they contribute
 */
public record GroupSum(long step, int shardFrom, int shards, ShardSum sum) {

  /** The step of a contribution that carries the initial vector. */
  public static final long INITIAL_STEP = -1;

  /**
   * One block of it.
   *
   * @param engine engine fingerprint of whoever computed it
   * @param sums in whose room the contribution's values are
   */
  public Contribution block(int block, String engine, BlockSums sums) {
    var format = step == INITIAL_STEP ? SumFormat.FP32 : sums.formatOf(shards);
    var payload = sums.payload(sum.values(), block, format);
    return new Contribution(
        block,
        step,
        shardFrom,
        shards,
        sum.samples(),
        sum.lossSum(),
        sum.finite(),
        engine,
        Vectors.crc32c(payload),
        payload,
        sum.validation(),
        format);
  }
}
