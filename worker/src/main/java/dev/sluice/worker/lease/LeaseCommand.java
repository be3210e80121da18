package dev.sluice.worker.lease;

import dev.sluice.schemas.wire.Priority;
import java.util.List;

/** What is to be done outside, in the order in which it was decided. */
public sealed interface LeaseCommand {

  /**
   * Another member joins the lane's share group.
   *
   * @param member names it from now on
   * @param priority whose topics it reads
   * @param recordsMax most records that it takes at a time; where more than one, of the lane's own
   *     queue alone
   */
  record Join(int member, Priority priority, int recordsMax) implements LeaseCommand {}

  /** A member that holds nothing looks for records until it has got some. */
  record Ask(int member) implements LeaseCommand {}

  /** A member leaves; what it holds, or has asked for, goes to others. */
  record Leave(int member) implements LeaseCommand {}

  /** A record that could not be read is read again: its schema may have come. */
  record ReadAgain(String key) implements LeaseCommand {}

  /**
   * A task begins: its start is reported, unless it is tiny, and it is run. One that was delivered
   * before is not run until its report is stored.
   */
  record Begin(HeldTask task) implements LeaseCommand {}

  /** A task that was thought to be tiny runs on and on: now its start is reported. */
  record Say(HeldTask task) implements LeaseCommand {}

  /**
   * The locks of one member's records end.
   *
   * @param done names of those that are done
   * @param released names of those that others may have
   */
  record Settle(int member, List<String> done, List<String> released) implements LeaseCommand {
    public Settle {
      done = List.copyOf(done);
      released = List.copyOf(released);
    }
  }

  /** The locks of all that a member holds are renewed, in one request. */
  record Renew(int member, List<String> keys) implements LeaseCommand {
    public Renew {
      keys = List.copyOf(keys);
    }
  }

  /**
   * A task that has begun here is with others now, or will be.
   *
   * @param runs whether it may be running, so that it may still end this worker
   */
  record Lost(HeldTask task, boolean runs) implements LeaseCommand {}
}
