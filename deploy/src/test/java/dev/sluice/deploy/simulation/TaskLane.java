package dev.sluice.deploy.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntUnaryOperator;
import java.util.function.ObjLongConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A task topic as a lane's share group reads it: in order, to whoever asks, locked until it is
 * acknowledged, released or its lock runs out, and given up on after a few deliveries.
 *
 * @param <T> what a record holds
 */
final class TaskLane<T> {

  /** Records that are handed out ahead of an older one, at most: fetches overtake each other. */
  private static final int OVERTAKEN_MAX = 3;

  /** One record. */
  static final class Entry<T> {
    final T task;
    int deliveries;
    private int deliveriesStored;
    private @Nullable String holder;
    private long lockedUntilMs;

    private Entry(T task) {
      this.task = task;
    }
  }

  private final PartitionLog<T> log;
  private final List<Entry<T>> entries = new ArrayList<>();
  private final IntUnaryOperator choice;
  private final int deliveriesMax;
  private final boolean uncommitted;

  /**
   * @param name of the topic's partition
   * @param choice which of so many free records is handed out; always 0: the oldest
   * @param deliveriesMax deliveries after which the brokers give up on a record
   * @param uncommitted whether the group sees records of open and aborted transactions
   */
  TaskLane(String name, IntUnaryOperator choice, int deliveriesMax, boolean uncommitted) {
    log =
        new PartitionLog<>(
            name,
            task -> {
              if (!uncommitted) {
                entries.add(new Entry<>(task));
              }
            });
    this.choice = choice;
    this.deliveriesMax = deliveriesMax;
    this.uncommitted = uncommitted;
  }

  /** The topic's records. */
  PartitionLog<T> log() {
    return log;
  }

  void add(Transactions.Producer producer, T task) {
    producer.send(log, task);
    if (uncommitted) {
      entries.add(new Entry<>(task));
    }
  }

  /** Whether there is such a record that is not done. */
  boolean holds(Predicate<T> such) {
    return entries.stream().anyMatch(entry -> such.test(entry.task));
  }

  /** Records that are not done, those in hand included. */
  int waiting() {
    return entries.size();
  }

  /** Hands a record out whose lock doesn't run out. */
  @Nullable Entry<T> acquire(String holder) {
    return acquire(holder, Long.MAX_VALUE);
  }

  @Nullable Entry<T> acquire(String holder, long lockedUntilMs) {
    var free = entries.stream().filter(entry -> entry.holder == null).limit(OVERTAKEN_MAX).toList();
    if (free.isEmpty()) {
      return null;
    }
    var entry = free.get(choice.applyAsInt(free.size()));
    entry.holder = holder;
    entry.lockedUntilMs = lockedUntilMs;
    entry.deliveries++;
    return entry;
  }

  /**
   * A lock is renewed.
   *
   * @return false where the holder has lost it, which changes nothing
   */
  boolean renew(Entry<T> entry, String holder, long lockedUntilMs) {
    if (!holder.equals(entry.holder)) {
      return false;
    }
    entry.lockedUntilMs = lockedUntilMs;
    return true;
  }

  /**
   * Locks run out.
   *
   * @param told who held each, and until when
   */
  void expire(long nowMs, ObjLongConsumer<String> told) {
    for (var entry : List.copyOf(entries)) {
      var holder = entry.holder;
      if (holder != null && entry.lockedUntilMs <= nowMs) {
        told.accept(holder, entry.lockedUntilMs);
        release(entry, holder);
      }
    }
  }

  /** Whether a record is still locked for whoever acquired it. */
  boolean isHeld(Entry<T> entry, String holder) {
    return holder.equals(entry.holder);
  }

  /**
   * The record is done.
   *
   * @return false where the holder has lost its lock, which changes nothing
   */
  boolean acknowledge(Entry<T> entry, String holder) {
    return holder.equals(entry.holder) && entries.remove(entry);
  }

  /**
   * Its lock ran out, or it was given back.
   *
   * @return false where the holder has lost its lock, which changes nothing
   */
  boolean release(Entry<T> entry, String holder) {
    if (!holder.equals(entry.holder)) {
      return false;
    }
    entry.holder = null;
    entry.deliveriesStored = entry.deliveries;
    if (entry.deliveries >= deliveriesMax) {
      entries.remove(entry);
    }
    return true;
  }

  /**
   * The brokers start anew: they have forgotten who holds what, and count deliveries from what they
   * stored when a record was last given back.
   */
  void restart() {
    for (var entry : entries) {
      entry.holder = null;
      entry.deliveries = entry.deliveriesStored;
    }
  }
}
