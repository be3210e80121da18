package dev.sluice.worker.loop;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Wakes the computing thread. A ring while nobody waits is heard by who waits next. */
public final class Doorbell {

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition rung = lock.newCondition();
  private boolean ringing;

  /** Rings; safe for any thread, and never blocks for long. */
  public void ring() {
    lock.lock();
    try {
      ringing = true;
      rung.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Waits for a ring, or for some time. */
  void await(long longestMs) throws InterruptedException {
    lock.lock();
    try {
      long nanos = TimeUnit.MILLISECONDS.toNanos(longestMs);
      while (!ringing && nanos > 0) {
        nanos = rung.awaitNanos(nanos);
      }
      ringing = false;
    } finally {
      lock.unlock();
    }
  }
}
