package dev.sluice.chaos;

import java.util.Locale;

/**
 * What happens to one process.
 *
 * @param kind kind of process
 * @param action what is done to it
 * @param choice which of those that are up: this number modulo how many there are
 * @param alone whether it waits until the faults before it are over; recovery is timed only then
 * @param pauseMs time to the fault before, in milliseconds
 * @param lastsMs time until it is undone, in milliseconds
 */
record PlannedFault(
    Kind kind, Action action, int choice, boolean alone, long pauseMs, long lastsMs) {

  /** Kinds of processes. */
  enum Kind {
    BROKER,
    COORDINATOR,
    PRODUCER,
    WORKER;

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** What can be done to a process. */
  enum Action {
    /** SIGKILL; started again later. */
    KILL("killed"),
    /** SIGSTOP; SIGCONT later. */
    HANG("stopped where it was"),
    /** SIGTERM; started again when it has ended. */
    RESTART("told to end and started again"),
    /** Whatever it writes to a file is refused, as by a full disk; started again with space. */
    FILL("out of disk space");

    private final String done;

    Action(String done) {
      this.done = done;
    }

    String done() {
      return done;
    }
  }
}
