package dev.sluice.platform.artifact;

/**
 * The announcement that a file goes, as it stands in the log. All times are the brokers'.
 *
 * <p>Kafka writes no record on a condition, so whoever removes a file and whoever wants to keep it
 * go by time: until shortly before the removal is due, a record of the file keeps it, and whoever
 * removes sees that record first; from shortly after it on, nothing is removed by this notice any
 * more. Between, nobody can rely on the file.
 *
 * @param announcedMs when it was appended
 * @param noticeMs time from then to the removal
 * @param asked whether somebody asked for it
 */
public record Notice(long announcedMs, long noticeMs, boolean asked) {

  /** Longest that "shortly" is: clocks that differ, and records that are on their way. */
  private static final long MARGIN_MS_MAX = 30_000;

  /** Of short notices, as tests have them, no more than this share. */
  private static final long MARGIN_SHARE = 4;

  /** When the removal is due. */
  public long dueMs() {
    return announcedMs + noticeMs;
  }

  private long marginMs() {
    return Math.min(MARGIN_MS_MAX, noticeMs / MARGIN_SHARE);
  }

  /** Whether a record of the file at this time keeps it. */
  public boolean isKeptBy(long recordMs) {
    return recordMs < dueMs() - marginMs();
  }

  /** Whether the file may be removed now. */
  public boolean isDue(long nowMs) {
    return nowMs >= dueMs() && nowMs < dueMs() + marginMs();
  }

  /** When nothing is removed by this notice any more. */
  public long voidMs() {
    return dueMs() + 2 * marginMs();
  }

  /** Whether nothing is removed by this notice any more. */
  public boolean isVoid(long nowMs) {
    return nowMs >= voidMs();
  }
}
