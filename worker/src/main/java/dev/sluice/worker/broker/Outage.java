package dev.sluice.worker.broker;

import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;

/**
 * Says that Kafka is in trouble, at most once in five seconds. The clients keep trying by
 * themselves, so that a line for every try would only hide the others.
 */
public final class Outage {

  private static final long SILENCE_NANOS = 5_000_000_000L;

  private final Logger log;
  private final String what;
  private long saidNanos = System.nanoTime() - SILENCE_NANOS;

  /**
   * @param log where to say it
   * @param what what can't be done meanwhile, such as "take tasks"
   */
  public Outage(Logger log, String what) {
    this.log = log;
    this.what = what;
  }

  /** Says it, unless it was said just now. */
  public synchronized void says(Throwable why) {
    long now = System.nanoTime();
    if (now - saidNanos >= SILENCE_NANOS) {
      saidNanos = now;
      var reason = why instanceof KafkaException ? why.getMessage() : why.toString();
      log.warn("Can't {} for now, trying again: {}", what, reason);
    }
  }
}
