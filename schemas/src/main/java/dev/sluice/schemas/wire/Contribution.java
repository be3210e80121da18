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
 * @param payload for trained elements the sum over samples of the gradient; for state the sum over
 *     shards of samples times value
 * @param validation what the parameters are on the held-out rows of these shards; null: they were
 *     not measured
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
    @Nullable ValidationSums validation)
    implements GradientEntry {}
