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
 * @param lane the lane it waits or runs in; empty: the job's own
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
    long round,
    String lane) {

  /** A first attempt that is to be dispatched in the job's own lane. */
  public static OpenTask first(
      String taskId,
      TaskKind kind,
      long nowMs,
      long from,
      long count,
      long fromStep,
      long toStep,
      long round) {
    return new OpenTask(taskId, kind, 1, nowMs, 0, 0, from, count, fromStep, toStep, round, "");
  }

  /** Another attempt. */
  public OpenTask again(long nowMs) {
    return new OpenTask(
        taskId, kind, attempt + 1, nowMs, 0, 0, from, count, fromStep, toStep, round, lane);
  }

  /** The same attempt, dispatched once more. */
  public OpenTask requeued(long nowMs) {
    return new OpenTask(
        taskId, kind, attempt, nowMs, 0, starts, from, count, fromStep, toStep, round, lane);
  }

  /** The same attempt, which a worker has begun. */
  public OpenTask started(long untilMs) {
    return new OpenTask(
        taskId,
        kind,
        attempt,
        issuedMs,
        untilMs,
        starts + 1,
        from,
        count,
        fromStep,
        toStep,
        round,
        lane);
  }

  /** The same, in another lane than the job's own. */
  public OpenTask inLane(String other) {
    return new OpenTask(
        taskId,
        kind,
        attempt,
        issuedMs,
        deadlineMs,
        starts,
        from,
        count,
        fromStep,
        toStep,
        round,
        other);
  }
}
