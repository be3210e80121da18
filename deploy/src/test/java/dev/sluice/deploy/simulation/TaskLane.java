package dev.sluice.deploy.simulation;

import dev.sluice.schemas.wire.Task;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * A lane's task topic as a share group reads it: in order, to whoever asks, locked until it is
 * acknowledged, released or its lock runs out, and given up on after a few deliveries.
 */
final class TaskLane {

  /** Deliveries after which the broker gives up on a record. */
  private static final int DELIVERIES_MAX = 17;

  /** Records that are handed out ahead of an older one, at most: fetches overtake each other. */
  private static final int OVERTAKEN_MAX = 3;

  /** One record. */
  static final class Entry {
    final Task task;
    int deliveries;
    @Nullable String holder;

    Entry(Task task) {
      this.task = task;
    }
  }

  private final SplittableRandom random;
  private final List<Entry> entries = new ArrayList<>();

  TaskLane(SplittableRandom random) {
    this.random = random;
  }

  void add(Task task) {
    entries.add(new Entry(task));
  }

  /** Records that are not done, those in hand included. */
  int waiting() {
    return entries.size();
  }

  @Nullable Entry acquire(String holder) {
    var free = entries.stream().filter(entry -> entry.holder == null).limit(OVERTAKEN_MAX).toList();
    if (free.isEmpty()) {
      return null;
    }
    var entry = free.get(random.nextInt(free.size()));
    entry.holder = holder;
    entry.deliveries++;
    return entry;
  }

  /** Whoever has lost its lock acknowledges nothing. */
  void acknowledge(Entry entry, String holder) {
    if (holder.equals(entry.holder)) {
      entries.remove(entry);
    }
  }

  /** Its lock ran out, or it was given back. */
  void release(Entry entry, String holder) {
    if (holder.equals(entry.holder)) {
      entry.holder = null;
      if (entry.deliveries >= DELIVERIES_MAX) {
        entries.remove(entry);
      }
    }
  }

  /** The broker starts anew: it has forgotten who holds what, and how often it was delivered. */
  void restart() {
    for (var entry : entries) {
      entry.holder = null;
      entry.deliveries = 0;
    }
  }
}
