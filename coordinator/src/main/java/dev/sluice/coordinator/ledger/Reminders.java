package dev.sluice.coordinator.ledger;

import dev.sluice.schemas.wire.DeadlineReached;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a process has told the ledger lately of what doesn't move. A ledger that is behind has not
 * read it yet, and would be further behind if it were told again at every look.
 */
public final class Reminders {

  /** What was lost on its way is told again after this time. */
  static final long PAUSE_MS = 5_000;

  private final Map<DeadlineReached, Long> toldMs = new HashMap<>();

  /**
   * Those that are to be told now.
   *
   * @param stalled what doesn't move
   * @param nowMs this process's own time, in milliseconds
   */
  public List<DeadlineReached> due(List<DeadlineReached> stalled, long nowMs) {
    toldMs.values().removeIf(at -> nowMs - at >= PAUSE_MS || at > nowMs);
    return stalled.stream().filter(event -> toldMs.putIfAbsent(event, nowMs) == null).toList();
  }
}
