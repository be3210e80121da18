package dev.sluice.schemas.wire;

/**
 * A contribution, or a sum of some, that waits for its sibling.
 *
 * @param shardFrom first shard
 * @param shards number of shards
 * @param samples samples summed
 * @param lossSum sum of losses
 */
public record PendingNode(int shardFrom, int shards, long samples, double lossSum) {}
