package dev.sluice.schemas.wire;

/**
 * Advance an aligned group of shards by some steps.
 *
 * @param shardFrom first shard; a multiple of shards
 * @param shards number of shards: a power of two
 * @param fromStep first step
 * @param toStep end of steps, exclusive
 * @param round round of terms
 * @param announceStep step at which to say that the term nears its end
 * @param timeMsMax longest time that the term may take, in milliseconds; it then ends where it is
 */
public record Term(
    int shardFrom,
    int shards,
    long fromStep,
    long toStep,
    long round,
    long announceStep,
    int timeMsMax)
    implements TaskAction {}
