package dev.sluice.platform.kafka;

import java.time.Instant;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * The brokers' time, which is the only one by which ages are told: records carry it, and the clocks
 * of two machines may be minutes apart or be set while they run. It is the newest time that a
 * broker has told, and what has passed since on this process's monotonic clock. Where the brokers'
 * clock is set back, so is this one with the next answer. Thread-safe.
 */
public final class BrokersClock implements InstantSource {

  private final LongSupplier monotonicMs;
  private final InstantSource own;
  private volatile boolean known;
  private volatile long aheadMs;

  /**
   * @param monotonicMs milliseconds on a clock that nobody sets
   * @param own this machine's clock, for the moments before the first answer
   */
  public BrokersClock(LongSupplier monotonicMs, InstantSource own) {
    this.monotonicMs = monotonicMs;
    this.own = own;
  }

  /** A broker has just told its time, in milliseconds since the epoch. */
  void told(long brokerMs) {
    aheadMs = brokerMs - monotonicMs.getAsLong();
    known = true;
  }

  /** Whether a broker has told its time; before, it is this machine's. */
  public boolean known() {
    return known;
  }

  @Override
  public long millis() {
    return known ? monotonicMs.getAsLong() + aheadMs : own.millis();
  }

  @Override
  public Instant instant() {
    return Instant.ofEpochMilli(millis());
  }
}
