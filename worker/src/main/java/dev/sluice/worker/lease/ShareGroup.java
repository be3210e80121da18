package dev.sluice.worker.lease;

import dev.sluice.schemas.wire.Priority;
import dev.sluice.schemas.wire.Task;
import java.util.Collection;
import java.util.List;

/**
 * The members that one worker has of its lane's share group. Nothing here waits: what comes of it
 * is told to the {@link Intake}, on its thread.
 */
public interface ShareGroup {

  /**
   * A member joins, on the topics of one priority.
   *
   * @param recordsMax most records that it gets at a time; one with more than one reads the lane's
   *     own queue alone, as tasks that need an engine are long
   */
  void join(int member, Priority priority, int recordsMax);

  /** A member that holds nothing looks for records until it has got some: {@link Intake#taken}. */
  void ask(int member);

  /** The locks of some of a member's records end. */
  void settle(int member, List<Found> done, List<Found> released);

  /** The locks of all of a member's records are renewed: {@link Intake#renewed}. */
  void renew(int member, Collection<Found> held);

  /** A member leaves: {@link Intake#left}. The broker gives what it holds to others. */
  void leave(int member);

  /** A record that a member has got. */
  interface Found {

    /** How often it was delivered, from 1. */
    int delivery();

    /** What is in it, as far as that is known now. */
    Content read(long nowMs);

    /**
     * It is no task: a letter is written about it. The intake is told under this name when it is
     * {@link Intake#done stored} or {@link Intake#giveBack could not be}.
     */
    void putAway(String key);
  }

  /** What is in a record. */
  sealed interface Content {

    /** A task. */
    record OfTask(Task task) implements Content {}

    /** Nobody knows before a schema comes. */
    record NotYet() implements Content {}

    /** No task, and it never will be. */
    record NoTask() implements Content {}
  }
}
