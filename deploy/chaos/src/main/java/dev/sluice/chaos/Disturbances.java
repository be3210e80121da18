package dev.sluice.chaos;

import java.util.ArrayList;
import java.util.List;

/** When faults lasted, so that what is timed between them can be told from what they disturb. */
final class Disturbances {

  /** What follows from a fault that was undone is over by then, as a rule. */
  private static final long AFTERMATH_MS = 8_000;

  private static final class Span {
    final long fromMs;
    long toMs = Long.MAX_VALUE - AFTERMATH_MS;

    Span(long fromMs) {
      this.fromMs = fromMs;
    }
  }

  private final List<Span> spans = new ArrayList<>();

  /** A fault begins; returns its number. */
  synchronized int begin(long nowMs) {
    spans.add(new Span(nowMs));
    return spans.size() - 1;
  }

  /** It is undone. */
  synchronized void end(int number, long nowMs) {
    spans.get(number).toMs = nowMs;
  }

  /**
   * Whether no other fault fell into a time.
   *
   * @param but number of the fault that is looked at
   */
  synchronized boolean none(long fromMs, long toMs, int but) {
    for (int i = 0; i < spans.size(); i++) {
      var span = spans.get(i);
      if (i != but && span.fromMs <= toMs && span.toMs + AFTERMATH_MS >= fromMs) {
        return false;
      }
    }
    return true;
  }
}
