package dev.sluice.platform.cluster;

import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import java.time.Duration;

/**
 * Something that keeps brokers from serving Sluice.
 *
 * @param cause what is wrong, why, and how to mend it
 * @param mayPass how long it is worth waiting for it to pass by itself
 */
record Finding(Cause cause, Patience mayPass) {

  /** How long something may take to pass by itself. */
  enum Patience {
    /** A setting: only whoever changes it mends it. */
    NONE,
    /** Brokers of one cluster start one after the other. */
    WHILE_BROKERS_JOIN,
    /** Nobody is there yet: processes and brokers start at one time. */
    UNTIL_THEY_ANSWER;

    /** The wait, of which the last is what the process is ready to wait for its brokers. */
    Duration of(Duration startMax) {
      return switch (this) {
        case NONE -> Duration.ZERO;
        case WHILE_BROKERS_JOIN -> JOIN_MAX.compareTo(startMax) < 0 ? JOIN_MAX : startMax;
        case UNTIL_THEY_ANSWER -> startMax;
      };
    }
  }

  private static final Duration JOIN_MAX = Duration.ofSeconds(2);

  /** A setting of the brokers that doesn't fit. */
  static Finding setting(Code code, String where, String what, String why, String mend) {
    return new Finding(new Cause(code, where, what, why, mend), Patience.NONE);
  }

  /** Too few brokers, or brokers that can't be reached, for now. */
  static Finding joining(String where, String what, String why, String mend) {
    return new Finding(
        new Cause(Code.BROKERS_UNAVAILABLE, where, what, why, mend), Patience.WHILE_BROKERS_JOIN);
  }

  /** Nobody answers, for now. */
  static Finding away(String where, String what, String why, String mend) {
    return new Finding(
        new Cause(Code.BROKERS_UNAVAILABLE, where, what, why, mend), Patience.UNTIL_THEY_ANSWER);
  }
}
