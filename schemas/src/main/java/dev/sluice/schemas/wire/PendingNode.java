package dev.sluice.schemas.wire;

import org.jspecify.annotations.Nullable;

/**
 * A contribution, or a sum of some, that waits for its sibling.
 *
 * @param shardFrom first shard
 * @param shards number of shards
 * @param samples samples summed
 * @param lossSum sum of losses
 * @param validation sums over held-out rows; null: there are none
 */
public record PendingNode(
    int shardFrom, int shards, long samples, double lossSum, @Nullable ValidationSums validation) {}
