package dev.sluice.worker.training;

/** When to ask again for something that has not come: after twice as long each time, to a limit. */
public final class RetryDelay {

  private final long firstMs;
  private final long lastMs;
  private long delayMs;
  private long dueMs;

  /**
   * @param firstMs first wait, in milliseconds
   * @param lastMs longest wait, in milliseconds
   * @param nowMs the time
   */
  public RetryDelay(long firstMs, long lastMs, long nowMs) {
    this.firstMs = firstMs;
    this.lastMs = lastMs;
    arrived(nowMs);
  }

  /** It came; the next wait is the first one again. */
  public void arrived(long nowMs) {
    delayMs = firstMs;
    dueMs = nowMs + delayMs;
  }

  /** Whether to ask again now; if so, the next wait begins. */
  public boolean due(long nowMs) {
    if (nowMs < dueMs) {
      return false;
    }
    delayMs = Math.min(lastMs, delayMs * 2);
    dueMs = nowMs + delayMs;
    return true;
  }
}
