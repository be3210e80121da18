package dev.sluice.coordinator.runtime;

import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs one partition for as long as this process owns it.
 *
 * <pre>
 *            taken over                    revoked
 *   LOADING ------------> ACTIVE ------------------------> CLOSED
 *      ^ |                  |                                 ^
 *      | | unavailable      | unavailable                     |
 *      | +----> FAILED <----+            revoked, in any state|
 *      +----------+  after a pause       ---------------------+
 * </pre>
 *
 * <p>After a failure memory may be ahead of the log: what was not written did not happen. So
 * nothing is mended; the partition is taken over again. Before that it waits for a moment, in which
 * a process that was expelled from its group while it stood still learns of that: it would fence
 * the rightful owner otherwise.
 *
 * <p>Everything happens in {@link #turn}, by one thread at a time. What is final may be read by
 * others.
 *
 * @param <S> what runs
 * @param <T> message that the log's records hold
 */
public final class PartitionRuntime<S extends Shard<T>, T> {

  /** What it is doing. */
  public enum State {
    /** It is being taken over. */
    LOADING,
    /** Its records are handled. */
    ACTIVE,
    /** It could not go on, and is to be taken over again. */
    FAILED,
    /** It is another's now, for all that is known here. */
    CLOSED
  }

  /** Told of what people should know. */
  public interface Listener {

    /** It was taken over. */
    void active();

    /** It could not go on. */
    void failed(Unavailable why);

    /**
     * Its next record has to wait.
     *
     * @param at its offset
     * @param what for what, in words
     */
    void waits(long at, String what);
  }

  /** Longer than the pause between two heartbeats, with which a process learns of its expulsion. */
  public static final long RETRY_MS = 500;

  /** A record that waits is looked at again after this time. */
  public static final long LOOK_AGAIN_MS = 1_000;

  private static final long NOT_WAITING = -1;

  private final Supplier<S> shards;
  private final Source<T> source;
  private final LongSupplier nowMs;
  private final Listener listener;
  private volatile State state = State.LOADING;
  private volatile @Nullable S shard;
  private volatile boolean revoked;
  private volatile String waiting = "";
  private volatile @Nullable Position position;
  private boolean fenced;

  /** Until a takeover has gone by it. */
  private long sameUpTo = Long.MAX_VALUE;

  private boolean uncommitted;
  private long pausedUntilMs;
  private volatile long gatherUntilMs;
  private long waitingAt = NOT_WAITING;

  /**
   * @param shards makes what runs, anew for each takeover
   * @param source the partition's log
   * @param nowMs the time here, on a clock that only goes forward
   * @param listener told of what people should know
   */
  public PartitionRuntime(
      Supplier<S> shards, Source<T> source, LongSupplier nowMs, Listener listener) {
    this.shards = shards;
    this.source = source;
    this.nowMs = nowMs;
    this.listener = listener;
  }

  /** What it is doing. */
  public State state() {
    return state;
  }

  /** What runs, from one takeover to the next failure; null: nothing does. */
  public @Nullable S active() {
    return state == State.ACTIVE ? shard : null;
  }

  /** Where it is; null before it was taken over. */
  public @Nullable Position position() {
    return position;
  }

  /** What its next record waits for, in words; empty where it does not wait. */
  public String waiting() {
    return waiting;
  }

  /**
   * How long its next turn has nothing to do unless a whole batch comes, in milliseconds; 0: not
   * known.
   */
  public long gatherMs() {
    return Math.max(0, gatherUntilMs - nowMs.getAsLong());
  }

  /** How far the takeover is, in words; empty where there is none under way. */
  public String progress() {
    var loading = shard;
    return state == State.LOADING && loading != null ? loading.progress() : "";
  }

  /** The partition is to be given up; the next {@link #turn} does it. For any thread. */
  public void revoke() {
    revoked = true;
  }

  /**
   * Does one piece of work: a step of a takeover, a batch, a commit.
   *
   * @return whether there is more to do at once
   */
  public boolean turn() {
    try {
      if (revoked && !uncommitted) {
        close();
        return false;
      }
      return switch (state) {
        case LOADING -> takeOver();
        case ACTIVE -> uncommitted ? commit() : work();
        case FAILED -> retry();
        case CLOSED -> false;
      };
    } catch (Unavailable e) {
      fail(e);
      return false;
    } catch (RuntimeException | Error e) {
      close(); // a defect, which no takeover mends; whoever starts anew must find nothing open
      throw e;
    }
  }

  private boolean takeOver() {
    var loading = shard;
    if (loading == null) {
      loading = shards.get();
      shard = loading;
      fenced = false;
    }
    if (!fenced) {
      loading.fence();
      fenced = true;
      return true;
    }
    sameUpTo = Math.min(sameUpTo, source.takeSameUpTo());
    var from = loading.load(sameUpTo);
    sameUpTo = Long.MAX_VALUE;
    source.seek(from);
    position = from;
    state = State.ACTIVE;
    listener.active();
    return true;
  }

  private boolean work() {
    var running = running();
    long now = nowMs.getAsLong();
    running.tick(now);
    if (now < pausedUntilMs || (now < gatherUntilMs && !source.full()) || !running.ready()) {
      return false;
    }
    var batch = source.take();
    if (batch == null) {
      return false;
    }
    uncommitted = true;
    var what = running.handle(batch, now);
    note(running.position(), what);
    if (what != null) {
      pausedUntilMs = now + LOOK_AGAIN_MS;
    }
    if (what != null || isLeftOver(batch, running.position())) {
      source.seek(running.position());
    }
    return true;
  }

  /** Whether a batch was more than fits into one transaction. */
  private static boolean isLeftOver(Source.Batch<?> batch, Position at) {
    var records = batch.records();
    return !records.isEmpty() && at.offset() <= records.getLast().offset();
  }

  private boolean commit() {
    var running = running();
    running.commit();
    gatherUntilMs = nowMs.getAsLong() + running.gatherMs();
    uncommitted = false;
    position = running.position();
    return true;
  }

  private void note(Position at, @Nullable String what) {
    waiting = what == null ? "" : what;
    if (what == null) {
      waitingAt = NOT_WAITING;
    } else if (waitingAt != at.offset()) {
      waitingAt = at.offset();
      listener.waits(waitingAt, what);
    }
  }

  private S running() {
    var running = shard;
    if (running == null) {
      throw new IllegalStateException("nothing runs in state " + state);
    }
    return running;
  }

  private boolean retry() {
    if (nowMs.getAsLong() < pausedUntilMs) {
      return false;
    }
    state = State.LOADING;
    return true;
  }

  private void fail(Unavailable why) {
    listener.failed(why);
    leave();
    state = State.FAILED;
    pausedUntilMs = nowMs.getAsLong() + RETRY_MS;
  }

  private void close() {
    if (state != State.CLOSED) {
      leave();
      state = State.CLOSED;
    }
  }

  private void leave() {
    source.stop();
    var left = shard;
    shard = null;
    uncommitted = false;
    waiting = "";
    waitingAt = NOT_WAITING;
    if (left != null) {
      left.close();
    }
  }
}
