package dev.sluice.worker.compute;

import java.util.concurrent.TimeUnit;

/** A time that only goes forward. Only differences mean anything. */
public interface Clock {

  /** Now, in nanoseconds. */
  long nanos();

  /** Now, in milliseconds. */
  default long nowMs() {
    return TimeUnit.NANOSECONDS.toMillis(nanos());
  }
}
