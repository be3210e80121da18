package dev.sluice.schemas.wire;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

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
 * @param begunBy the last workers that have begun to run this attempt, each process once, but those
 *     that have said that they live on without it
 * @param copied whether a second copy of this attempt was dispatched, as the first is slow
 * @param begunLives which life of each of these; shorter where an earlier release wrote it
 * @param begunMs when the last of them began, on the brokers' clock; 0: none has, or it is not
 *     known
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
    String lane,
    List<String> begunBy,
    boolean copied,
    List<String> begunLives,
    long begunMs) {

  /** Processes that are remembered of an attempt. */
  private static final int BEGUN_MAX = 16;

  public OpenTask {
    begunBy = List.copyOf(begunBy);
    begunLives = List.copyOf(begunLives);
  }

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
    return new OpenTask(
        taskId, kind, 1, nowMs, 0, 0, from, count, fromStep, toStep, round, "", List.of(), false,
        List.of(), 0);
  }

  /** Whether a worker has begun it, and it doesn't wait in its lane any more. */
  public boolean underWay() {
    return deadlineMs > 0;
  }

  /** The last processes that have begun to run this attempt. */
  public List<WorkerLife> begun() {
    return IntStream.range(0, begunBy.size())
        .mapToObj(
            i -> new WorkerLife(begunBy.get(i), i < begunLives.size() ? begunLives.get(i) : ""))
        .toList();
  }

  /** Another attempt. */
  public OpenTask again(long nowMs) {
    return with(attempt + 1, nowMs, 0, 0, lane, List.of(), false, 0);
  }

  /** The same attempt, dispatched once more. */
  public OpenTask requeued(long nowMs) {
    return with(attempt, nowMs, 0, starts, lane, begun(), copied, begunMs);
  }

  /** The same attempt, which a worker has begun. */
  public OpenTask started(WorkerLife worker, long nowMs, long untilMs) {
    var others = begun().stream().filter(other -> !other.equals(worker)).toList();
    var last = others.stream().skip(Math.max(0, others.size() - BEGUN_MAX + 1));
    var all = Stream.concat(last, Stream.of(worker)).toList();
    // A copy that came to the very worker that is slow helps nobody, so there may be another.
    boolean helps = copied && !begun().equals(List.of(worker));
    return with(attempt, issuedMs, untilMs, starts + 1, lane, all, helps, nowMs);
  }

  /** The same attempt, which a worker that lives on has no more. */
  public OpenTask lost(WorkerLife worker) {
    var others = begun().stream().filter(other -> !other.equals(worker)).toList();
    return with(attempt, issuedMs, deadlineMs, starts, lane, others, copied, begunMs);
  }

  /** The same attempt, of which a second copy is dispatched. */
  public OpenTask withCopy() {
    return with(attempt, issuedMs, deadlineMs, starts, lane, begun(), true, begunMs);
  }

  /** The same attempt, of whose two executions one has ended without a result. */
  public OpenTask withoutCopy() {
    return with(attempt, issuedMs, deadlineMs, starts, lane, begun(), false, begunMs);
  }

  /** The same, in another lane than the job's own. */
  public OpenTask inLane(String other) {
    return with(attempt, issuedMs, deadlineMs, starts, other, begun(), copied, begunMs);
  }

  private OpenTask with(
      int number,
      long issued,
      long deadline,
      int times,
      String where,
      List<WorkerLife> workers,
      boolean twice,
      long began) {
    return new OpenTask(
        taskId,
        kind,
        number,
        issued,
        deadline,
        times,
        from,
        count,
        fromStep,
        toStep,
        round,
        where,
        workers.stream().map(WorkerLife::worker).toList(),
        twice,
        workers.stream().map(WorkerLife::life).toList(),
        began);
  }
}
