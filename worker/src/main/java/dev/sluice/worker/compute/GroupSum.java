package dev.sluice.worker.compute;

import dev.sluice.schemas.codec.Vectors;
import dev.sluice.schemas.wire.Contribution;
import dev.sluice.worker.training.Blocks;

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
   * @param blocks how the vector is cut
   * @param engine engine fingerprint of whoever computed it
   * @param room of {@link Blocks#room}, in which the contribution's values are
   */
  public Contribution block(int block, Blocks blocks, String engine, byte[] room) {
    var payload = blocks.payload(sum.values(), block, room);
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
        sum.validation());
  }
}
