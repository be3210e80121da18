package dev.sluice.worker.loop;

import dev.sluice.worker.queue.HeldTask;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Tasks that have come to several workers already, and wait here until nothing else is held. The
 * ledger counts workers that began a task and are gone; of two tasks that a worker held it can't
 * tell which was it. A first redelivery is no suspicion: workers die of other things, and their
 * work must go on at once.
 *
 * <p>Brokers that fail make suspects of innocent tasks, and the terms of one job need each other:
 * where there {@link #any is} suspicion, terms that wait for others end where they are. The ledger
 * dispatches what they left over as new tasks, which nobody suspects.
 */
public final class Suspects {

  /** Deliveries from which on a task runs alone. */
  static final int DELIVERIES = 3;

  private final Map<String, HeldTask> waiting = new LinkedHashMap<>();

  /** Whether a task may have killed those who had it. */
  public static boolean isSuspect(HeldTask task) {
    return task.delivery() >= DELIVERIES;
  }

  /** Takes a task that has to wait, as it is a suspect and others are held, or the reverse. */
  public boolean keeps(HeldTask task, Collection<HeldTask> held) {
    boolean alone = held.isEmpty() && waiting.isEmpty();
    boolean apart = isSuspect(task) || held.stream().anyMatch(Suspects::isSuspect);
    if (alone || !apart) {
      return false;
    }
    waiting.put(task.key(), task);
    return true;
  }

  /** The task that may begin now, if one waits and nothing is held. */
  public Optional<HeldTask> next(Collection<HeldTask> held) {
    if (!held.isEmpty() || waiting.isEmpty()) {
      return Optional.empty();
    }
    var next = waiting.values().iterator().next();
    waiting.remove(next.key());
    return Optional.of(next);
  }

  /** Whether a suspect is held, or a task waits on that account: nothing more is to be taken. */
  public boolean any(Collection<HeldTask> held) {
    return !waiting.isEmpty() || held.stream().anyMatch(Suspects::isSuspect);
  }

  /** Drops one that waits, and returns it; empty where none of that name does. */
  public Optional<HeldTask> forget(String key) {
    return Optional.ofNullable(waiting.remove(key));
  }

  /** Keys of those that wait. */
  public List<String> keys() {
    return List.copyOf(waiting.keySet());
  }
}
