package dev.sluice.worker.lease;

import dev.sluice.schemas.wire.Priority;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * How long the last tasks of a lane's own queue took, by priority. Tasks are taken in batches only
 * where a whole batch of such is done soon: whoever holds tasks that it doesn't run keeps them from
 * workers that idle.
 */
final class Pace {

  /** Time within which a batch is to be done. For one of many, a more urgent task waits. */
  static final long BATCH_MS = 400;

  /** One long task among so many, and they are taken one by one again. */
  private static final int RECENT = 4;

  /** Jobs that are known to have tiny tasks; of more, those of the oldest begin one by one. */
  private static final int JOBS_MAX = 64;

  private final Map<Priority, Recent> recent = new EnumMap<>(Priority.class);
  private final Set<String> tinyJobs = new LinkedHashSet<>();

  private final int meant;

  /**
   * @param meant tasks whose mean says that they are tiny
   */
  Pace(int meant) {
    this.meant = meant;
  }

  private static final class Recent {
    private final Deque<Long> last = new ArrayDeque<>();
    private double meanMicros;
    private int counted;
  }

  void took(Priority priority, String jobId, long micros) {
    tinyJobs.remove(jobId);
    if (micros * BatchSize.MANY.tasks <= 2 * BATCH_MS * 1_000) {
      tinyJobs.add(jobId);
      if (tinyJobs.size() > JOBS_MAX) {
        tinyJobs.remove(tinyJobs.iterator().next());
      }
    }
    var own = recent.computeIfAbsent(priority, any -> new Recent());
    own.last.addLast(micros);
    if (own.last.size() > RECENT) {
      own.last.removeFirst();
    }
    own.counted = Math.min(meant, own.counted + 1);
    own.meanMicros += (micros - own.meanMicros) / own.counted;
  }

  /** Whether the last task of a job was tiny. */
  boolean isTiny(String jobId) {
    return tinyJobs.contains(jobId);
  }

  /** How many tasks like the last ones are done within the time. */
  BatchSize size(Priority priority) {
    var own = recent.get(priority);
    if (own == null
        || own.last.size() < RECENT
        || own.last.stream().anyMatch(micros -> micros * BatchSize.FEW.tasks > BATCH_MS * 1_000)) {
      return BatchSize.ONE;
    }
    return own.counted == meant && manyTake(own) <= BATCH_MS * 1_000
        ? BatchSize.MANY
        : BatchSize.FEW;
  }

  /**
   * Whether who takes so many at a time goes on with it. To join takes long, so of many a batch may
   * take twice as long before that ends.
   */
  boolean suits(BatchSize size, Priority priority) {
    var own = recent.get(priority);
    if (size == BatchSize.MANY && own != null) {
      return manyTake(own) <= 2 * BATCH_MS * 1_000;
    }
    return size.compareTo(size(priority)) <= 0;
  }

  private static double manyTake(Recent own) {
    return own.meanMicros * BatchSize.MANY.tasks;
  }
}
