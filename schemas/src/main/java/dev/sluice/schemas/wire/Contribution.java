package dev.sluice.schemas.wire;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The sum of some shards' gradients for one block.
 *
 * @param block block
 * @param step step; -1: the payload is the initial vector
 * @param shardFrom first shard; a multiple of shards
 * @param shards number of shards: a power of two
 * @param samples samples summed
 * @param lossSum sum of their losses
 * @param finite whether every value is finite
 * @param engine engine fingerprint
 * @param crc CRC-32C of the payload
 * @param payload for trained elements the sum over samples of the gradient, in the format; for
 *     state the sum over shards of samples times value, always in binary32
 * @param validation what the parameters are on the held-out rows of these shards; null: they were
 *     not measured
 * @param format how the trained elements are written; of {@link SumFormat#INT8} first the scales of
 *     all chunks of 256 as binary32, then the numbers
 */
public record Contribution(
    int block,
    long step,
    int shardFrom,
    int shards,
    long samples,
    double lossSum,
    boolean finite,
    String engine,
    int crc,
    ByteBuffer payload,
    @Nullable ValidationSums validation,
    SumFormat format)
    implements GradientEntry {

  /** All of it in binary32. */
  public Contribution(
      int block,
      long step,
      int shardFrom,
      int shards,
      long samples,
      double lossSum,
      boolean finite,
      String engine,
      int crc,
      ByteBuffer payload,
      @Nullable ValidationSums validation) {
    this(
        block,
        step,
        shardFrom,
        shards,
        samples,
        lossSum,
        finite,
        engine,
        crc,
        payload,
        validation,
        SumFormat.FP32);
  }
}
