package dev.sluice.worker.lease;

import dev.sluice.schemas.wire.Export;
import dev.sluice.schemas.wire.Infer;
import dev.sluice.schemas.wire.Priority;
import dev.sluice.schemas.wire.Task;
import dev.sluice.schemas.wire.Term;
import org.jspecify.annotations.Nullable;

/** A record that is locked for this worker. */
final class Lease {

  /** What becomes of it. */
  enum State {
    /** It is being read, or can't be before a schema comes. */
    UNREAD,
    /** A task that has not begun. */
    WAITING,
    /** Its start is being reported. */
    STARTING,
    /** It is run. */
    RUNNING,
    /** It has ended, or is no task, and its report or letter is on its way. */
    REPORTED,
    /** It goes back when its time has come. */
    RETURNING,
    /** It is done. */
    DONE
  }

  final String key;
  final int member;
  final Priority priority;
  final int delivery;
  final long takenMs;

  /** Whether it waits until a task is wanted, as one of a batch does. */
  final boolean inLine;

  /** Whether it was taken as one of hundreds, for the first time. */
  private final boolean amongMany;

  /** When it began, where its start is still to be said should it run on and on; else -1. */
  long untoldSinceMs = -1;

  State state = State.UNREAD;

  /** Whether what is known of its job is not here yet, so that it can't begin. */
  boolean lacksFacts;

  /** Whether it is a task that was said to begin here. */
  boolean begun;

  long dueMs = Long.MAX_VALUE;
  @Nullable HeldTask task;

  Lease(Taken taken, boolean inLine, boolean amongMany, long nowMs) {
    this.key = taken.key();
    this.member = taken.member();
    this.priority = taken.priority();
    this.delivery = taken.delivery();
    this.inLine = inLine;
    this.amongMany = amongMany && taken.delivery() <= 1;
    this.takenMs = nowMs;
  }

  /**
   * A record that a member has got.
   *
   * @param key names this holding; a record that is taken twice has two
   * @param member who has got it
   * @param priority of its topic
   * @param delivery how often it has been delivered, from 1
   */
  public record Taken(String key, int member, Priority priority, int delivery) {}

  boolean is(State one) {
    return state == one;
  }

  /** Whether it was said to begin here, and has not been given up. */
  boolean inHand() {
    return begun && state != State.RETURNING && state != State.DONE;
  }

  /** Whether it may be run, so that it may still end this worker. */
  boolean runs() {
    return state == State.RUNNING || (begun && state == State.REPORTED);
  }

  /** Whether it is tiny, runs, and nobody was told that it does. */
  boolean isUntold() {
    return untoldSinceMs >= 0 && state == State.RUNNING;
  }

  boolean isBusy() {
    return state == State.STARTING || state == State.RUNNING;
  }

  /** Terms and exports wait for others, and come one by one. */
  boolean isLong() {
    var action = heldTask().task().action();
    return action instanceof Term || action instanceof Export;
  }

  /** Whether it may begin together with others, and nobody is told, if its job's are tiny. */
  boolean mayBeTiny() {
    return amongMany && heldTask().task().action() instanceof Infer;
  }

  boolean suspect() {
    return delivery >= LeaseTable.SUSPECT_DELIVERIES;
  }

  HeldTask heldTask() {
    var held = task;
    if (held == null) {
      throw new IllegalStateException(key + " is no task");
    }
    return held;
  }

  void hold(Task read) {
    task = new HeldTask(key, read, delivery);
    state = State.WAITING;
    dueMs = Long.MAX_VALUE;
  }

  /** It begins; {@code tiny}: together with others, and nobody is told. */
  void begin(boolean tiny, long nowMs) {
    task = new HeldTask(key, heldTask().task(), delivery, tiny);
    state = State.STARTING;
    begun = true;
    untoldSinceMs = tiny ? nowMs : -1;
  }

  void until(State next, long whenMs) {
    state = next;
    dueMs = whenMs;
  }
}
