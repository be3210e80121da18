package dev.sluice.producer.lag;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Rates over a sliding window, from counters that only grow.
 *
 * <p>What came in isn't counted itself: it is what went out plus what the backlog grew by. That
 * keeps transaction markers out of both rates where the backlog and what is done are counted in
 * records.
 */
final class RateWindow {

  /** Samples kept, whatever the window's length. */
  static final int SAMPLES_MAX = 600;

  private record Sample(long ms, long done, long unfinished) {}

  private final long windowMs;
  private final Deque<Sample> samples = new ArrayDeque<>();

  /**
   * @param windowMs length of the window in milliseconds
   */
  RateWindow(long windowMs) {
    this.windowMs = windowMs;
  }

  /**
   * Adds a sample.
   *
   * @param ms when it was taken
   * @param done how much was ever finished; less than before means that counting began anew
   * @param unfinished how much is waiting or in hand
   */
  void add(long ms, long done, long unfinished) {
    if (!samples.isEmpty() && (done < samples.getLast().done() || ms < samples.getLast().ms())) {
      samples.clear();
    }
    samples.addLast(new Sample(ms, done, unfinished));
    while (samples.size() > SAMPLES_MAX
        || (samples.size() > 2 && samples.getFirst().ms() < ms - windowMs)) {
      samples.removeFirst();
    }
  }

  /** Records finished per second; 0 before the second sample. */
  double outPerSecond() {
    return perSecond(samples.isEmpty() ? 0 : last().done() - first().done());
  }

  /** Records arrived per second; 0 before the second sample. */
  double inPerSecond() {
    if (samples.isEmpty()) {
      return 0;
    }
    long arrived = last().done() - first().done() + last().unfinished() - first().unfinished();
    return perSecond(Math.max(0, arrived));
  }

  private double perSecond(long count) {
    long elapsedMs = samples.size() < 2 ? 0 : last().ms() - first().ms();
    return elapsedMs <= 0 ? 0 : count * 1000.0 / elapsedMs;
  }

  private Sample first() {
    return samples.getFirst();
  }

  private Sample last() {
    return samples.getLast();
  }
}
