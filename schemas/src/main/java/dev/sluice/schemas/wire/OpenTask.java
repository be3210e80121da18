package dev.sluice.schemas.wire;

/**
 * A task that was dispatched and has not been reported.
 *
 * @param taskId task id
 * @param kind what it is for
 * @param attempt attempt, from 1
 * @param issuedMs when it was dispatched
 * @param deadlineMs when it counts as lost; 0 while it waits in its lane, where time does not count
 * @param starts how often a worker has begun to run this attempt
 * @param from TERM: first shard. INFER: chunk of rows
 * @param count TERM: number of shards. INFER: unused
 * @param fromStep TERM: first step
 * @param toStep TERM: end of steps, exclusive
 * @param round TERM: round of terms
 */
public record OpenTask(
    String taskId,
    TaskKind kind,
    int attempt,
    long issuedMs,
    long deadlineMs,
    int starts,
    long from,
    long count,
    long fromStep,
    long toStep,
    long round) {}
