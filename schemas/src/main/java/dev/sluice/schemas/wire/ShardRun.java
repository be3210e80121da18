package dev.sluice.schemas.wire;

/**
 * Some consecutive shards that are equally far.
 *
 * @param shards number of shards
 * @param step first step that each of them has not contributed to, as far as reported
 */
public record ShardRun(int shards, long step) {}
