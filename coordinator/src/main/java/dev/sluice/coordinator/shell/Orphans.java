package dev.sluice.coordinator.shell;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.TopicPartition;

/**
 * Partitions that were given to this process and that it does not run: they could not be taken
 * over, or their transactions have failed. They are taken over after a pause, in which a process
 * that was expelled from its group while it stood still learns of that: it would fence the rightful
 * owner otherwise.
 */
final class Orphans {

  /** Longer than the pause between two heartbeats, with which a process learns of it. */
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  private final Map<TopicPartition, Long> dueNanos = new HashMap<>();

  void add(TopicPartition source) {
    dueNanos.put(source, System.nanoTime() + PAUSE_NANOS);
  }

  void remove(TopicPartition source) {
    dueNanos.remove(source);
  }

  /**
   * Those that are to be tried now; others' are forgotten.
   *
   * @param assigned partitions of this process
   */
  List<TopicPartition> due(Collection<TopicPartition> assigned) {
    if (dueNanos.isEmpty()) {
      return List.of();
    }
    dueNanos.keySet().retainAll(assigned);
    long now = System.nanoTime();
    return dueNanos.entrySet().stream()
        .filter(orphan -> orphan.getValue() - now <= 0)
        .map(Map.Entry::getKey)
        .toList();
  }
}
