package dev.sluice.worker.loop;

import java.util.concurrent.TimeUnit;

/** Milliseconds that only go forward. */
interface Clock {

  /** The machine's. */
  Clock MONOTONIC = () -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime());

  /** Now; only differences mean anything. */
  long nowMs();
}
