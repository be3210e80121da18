package dev.sluice.producer.api;

import org.jspecify.annotations.Nullable;

/**
 * A record or task that could not be processed.
 *
 * @param id names it: topic/partition/offset of the record; where it is about a task, of the letter
 *     itself
 * @param atMs when it was written, milliseconds since the epoch on the brokers' clock
 * @param topic topic of the record; empty where it is about a task
 * @param partition its partition; -1 where it is about a task
 * @param offset its offset; -1 where there is no record
 * @param reason unknown-schema, unreadable, unprocessable, out-of-attempts or other
 * @param cause why, and how to mend it
 * @param jobId its job; empty where that is not known
 * @param key key of the record; null where it has none
 * @param bytes length of the record's value; -1 where it had none, or that is not known
 * @param redrivable whether its record can be written back once its schema is known
 * @param keptBecause why not; null where it can
 * @param redrivenMs when it was written back, on the brokers' clock; null where it was not
 */
public record DeadLetterView(
    String id,
    long atMs,
    String topic,
    int partition,
    long offset,
    String reason,
    CauseView cause,
    String jobId,
    @Nullable String key,
    long bytes,
    boolean redrivable,
    @Nullable String keptBecause,
    @Nullable Long redrivenMs) {}
