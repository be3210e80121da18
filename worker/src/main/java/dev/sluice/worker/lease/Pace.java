package dev.sluice.worker.lease;

import dev.sluice.schemas.wire.Priority;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.Map;

/**
 * How long the last tasks of a lane's own queue took, by priority. Tasks are taken in batches only
 * where a whole batch of such is done within {@link #BATCH_MS}: whoever holds tasks that it doesn't
 * run keeps them from workers that idle.
 */
final class Pace {

  /** Most tasks taken at a time. */
  static final int BATCH_TASKS = 16;

  /** Time within which a batch is to be done. */
  static final long BATCH_MS = 400;

  /** One long task among so many, and they are taken one by one again. */
  private static final int RECENT = 4;

  private final Map<Priority, Deque<Long>> recent = new EnumMap<>(Priority.class);

  void took(Priority priority, long micros) {
    var last = recent.computeIfAbsent(priority, any -> new ArrayDeque<>());
    last.addLast(micros);
    if (last.size() > RECENT) {
      last.removeFirst();
    }
  }

  /** Whether a batch of tasks like the last ones is done within the time. */
  boolean batches(Priority priority) {
    var last = recent.get(priority);
    return last != null
        && last.size() == RECENT
        && last.stream().allMatch(micros -> micros * BATCH_TASKS <= BATCH_MS * 1_000);
  }
}
