package dev.sluice.deploy.simulation;

import java.util.List;

/**
 * A small schedule of what clients do with the log, and what each of them sees: what the simulation
 * takes for granted about Kafka. It runs on the simulated log, and on a real broker.
 *
 * <p>A script never asks for what isn't there, as no time is long enough to wait for that: it
 * writes one more record, and sees that this one is next.
 *
 * @param name what it shows
 * @param deliveriesMax deliveries after which the brokers give up on a record of its queue
 * @param steps what is done, in order, and what is seen
 */
record Script(String name, int deliveriesMax, List<Step> steps) {

  /**
   * One step.
   *
   * @param action what is done
   * @param expected what is seen, in words
   */
  record Step(Action action, String expected) {}

  /** What a client, or the world, does. */
  sealed interface Action {

    /** Writes a record outside transactions; seen: {@code stored}. */
    record Write(String topic, String value) implements Action {}

    /** Writes records while the brokers go and come back; seen: {@code stored}. */
    record WriteToRestarting(String topic, List<String> values) implements Action {}

    /** Gets a transactional id for a client; seen: {@code done}. */
    record Init(String client, String id) implements Action {}

    /** Begins a transaction; seen: {@code done}. */
    record Begin(String client) implements Action {}

    /** Writes in a transaction; seen: {@code sent}, whatever becomes of it. */
    record Send(String client, String topic, String value) implements Action {}

    /** Commits; seen, once the markers are everywhere: {@code done}, or {@code refused}. */
    record Commit(String client) implements Action {}

    /** Aborts; seen, once the markers are everywhere: {@code done}. */
    record Abort(String client) implements Action {}

    /** Lets a client's open transaction grow too old; seen: {@code aborted}. */
    record Expire(String client) implements Action {}

    /** Reads what was committed, from the beginning; seen: the values. */
    record Committed(String topic) implements Action {}

    /** Reads all records, from the beginning; seen: the values. */
    record All(String topic) implements Action {}

    /** Removes what is before a value; seen: {@code done}. */
    record Trim(String topic, String before) implements Action {}

    /** Reads from where a value was; seen: the values, or {@code out of range}. */
    record ReadFrom(String topic, String value) implements Action {}

    /** A member of the queue's share group asks for a record, which may come later. */
    record Ask(String member) implements Action {}

    /** A member has got what it asked for; seen: value, and which delivery of it. */
    record Got(String member) implements Action {}

    /** A member is done with its record; seen: {@code done}, or {@code refused}. */
    record Accept(String member) implements Action {}

    /** A member gives its record back; seen: {@code done}, or {@code refused}. */
    record Release(String member) implements Action {}

    /** A member's lock runs out; seen: {@code free}. */
    record LockEnds(String member) implements Action {}

    /** A member is gone, with what it holds; seen: {@code gone}. */
    record Leave(String member) implements Action {}

    /** The brokers stop and start again; members and clients are gone; seen: {@code up}. */
    record Restart() implements Action {}
  }

  @Override
  public String toString() {
    return name;
  }
}
