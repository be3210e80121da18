package dev.sluice.schemas.codec;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * How long the reader of one partition waits for schemas that it does not know. A writer publishes
 * its schema before it writes, so a schema that is missing is on its way, for moments; or it will
 * never come.
 *
 * <p>A fingerprint is waited for once, from the append of the first record that has it: a thousand
 * such records hold up those behind them no longer than one. Two times are measured, and the longer
 * one counts: what has passed here since the fingerprint was first seen, and what lies in the log
 * between its first record and the newest one known. So an owner that takes over does not wait anew
 * where newer records follow, and no two machines' clocks are compared. Several fingerprints are
 * waited for together: a record that was in the log already when another fingerprint was first seen
 * has waited since then. For one thread.
 */
public final class SchemaWait {

  /**
   * Most fingerprints that are waited for. A topic has one for each release, so more of them can't
   * be releases, and are not waited for. A program that keeps writing new ones costs this many
   * waits an hour.
   */
  static final int FINGERPRINTS_MAX = 8;

  /** A fingerprint that was first seen so long ago makes room for others. */
  static final long KEPT_MS = TimeUnit.HOURS.toMillis(1);

  private static final long NONE = Long.MIN_VALUE;

  /**
   * The log had all records until {@code heardMs}, on the brokers' clock, when the fingerprint was
   * first seen at {@code seenMs}, on the clock here.
   */
  private record First(long appendedMs, long seenMs, long heardMs) {}

  /**
   * What is waited for.
   *
   * @param fingerprint of the schema that is missing
   * @param sinceMs when the first record that has it was appended, on the brokers' clock
   * @param leftMs longest time that is left, in milliseconds
   */
  public record Waiting(long fingerprint, long sinceMs, long leftMs) {}

  private final long waitMs;
  private final Map<Long, First> unknown = new LinkedHashMap<>();
  private long newestMs = NONE;

  /**
   * @param waitMs longest wait, in milliseconds
   */
  public SchemaWait(long waitMs) {
    this.waitMs = waitMs;
  }

  /** Notes that the brokers' clock has come so far: the append time of any record. */
  public void heard(long appendedMs) {
    newestMs = Math.max(newestMs, appendedMs);
  }

  /**
   * Whether a record is to be waited for.
   *
   * @param fingerprint of its schema, which is not known
   * @param appendedMs when it was appended, on the brokers' clock
   * @param nowMs the time here, on a clock that only goes forward
   * @return for how long; empty where it has been waited for long enough
   */
  public Optional<Waiting> of(long fingerprint, long appendedMs, long nowMs) {
    heard(appendedMs);
    var first = unknown.get(fingerprint);
    if (first == null) {
      first = new First(appendedMs, inTheLogMs(appendedMs, nowMs), newestMs);
      if (!noted(fingerprint, first, nowMs)) {
        return Optional.empty();
      }
    }
    long leftMs = waitMs - elapsedMs(first, nowMs);
    return leftMs > 0
        ? Optional.of(new Waiting(fingerprint, first.appendedMs(), leftMs))
        : Optional.empty();
  }

  /** Since when, by the clock here, a record is known to have been in the log. */
  private long inTheLogMs(long appendedMs, long nowMs) {
    return unknown.values().stream()
        .filter(other -> other.heardMs >= appendedMs)
        .mapToLong(First::seenMs)
        .min()
        .orElse(nowMs);
  }

  private boolean noted(long fingerprint, First first, long nowMs) {
    if (unknown.size() >= FINGERPRINTS_MAX) {
      unknown.values().removeIf(old -> elapsedMs(old, nowMs) > Math.max(KEPT_MS, waitMs));
    }
    if (unknown.size() >= FINGERPRINTS_MAX) {
      return false;
    }
    unknown.put(fingerprint, first);
    return true;
  }

  private long elapsedMs(First first, long nowMs) {
    return Math.max(nowMs - first.seenMs(), newestMs - first.appendedMs());
  }
}
