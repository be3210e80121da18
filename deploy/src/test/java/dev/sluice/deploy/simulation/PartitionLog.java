package dev.sluice.deploy.simulation;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One partition of a topic: records in the order in which they arrived, of transactions or not, and
 * the markers that end transactions. Whoever reads committed records reads up to the first record
 * of an open transaction, whoever wrote what comes after it.
 *
 * @param <T> what it holds
 */
final class PartitionLog<T> {

  /** An offset: a record or a marker. */
  private static final class Slot<T> {
    final @Nullable T record;
    boolean aborted;

    Slot(@Nullable T record) {
      this.record = record;
    }

    @Nullable T committed() {
      return aborted ? null : record;
    }
  }

  final String name;
  private final Consumer<T> committed;
  private final List<Slot<T>> slots = new ArrayList<>();
  private final Map<Transactions.Transaction, Integer> open = new LinkedHashMap<>();
  private int beginning;
  private int stable;

  PartitionLog(String name) {
    this(name, record -> {});
  }

  /**
   * @param name of the partition
   * @param committed told of each record in order, once whoever reads committed records may see it
   */
  PartitionLog(String name, Consumer<T> committed) {
    this.name = name;
    this.committed = committed;
  }

  /** Appends a record that belongs to no transaction. */
  int append(T record) {
    slots.add(new Slot<>(record));
    advance();
    return slots.size() - 1;
  }

  /** Appends a record of an open transaction; returns how to make it void. */
  Runnable append(T record, Transactions.Transaction transaction) {
    var slot = new Slot<>(record);
    open.putIfAbsent(transaction, slots.size());
    slots.add(slot);
    return () -> slot.aborted = true;
  }

  /** The marker of a transaction that has records here arrives. */
  void end(Transactions.Transaction transaction) {
    open.remove(transaction);
    slots.add(new Slot<>(null));
    advance();
  }

  private void advance() {
    int until = open.isEmpty() ? slots.size() : open.values().iterator().next();
    while (stable < until) {
      var record = slots.get(stable++).committed();
      if (record != null) {
        committed.accept(record);
      }
    }
  }

  /** First offset that can be read. */
  int beginning() {
    return beginning;
  }

  /** Offset that whoever reads committed records can't go beyond now. */
  int stable() {
    return stable;
  }

  int end() {
    return slots.size();
  }

  /** What is at an offset before the {@link #stable} one; null: a marker, or it was aborted. */
  @Nullable T committed(int offset) {
    if (offset >= stable) {
      throw new AssertionError(name + " is stable up to " + stable + ", not " + offset);
    }
    return slot(offset).committed();
  }

  /** What is at an offset, of whatever transaction; null: a marker. */
  @Nullable T any(int offset) {
    return slot(offset).record;
  }

  private Slot<T> slot(int offset) {
    if (offset < beginning) {
      throw new AssertionError(name + " was trimmed up to " + beginning + ", beyond " + offset);
    }
    return slots.get(offset);
  }

  /** First committed record from an offset on, trimmed or not; the end where there is none. */
  int firstRecord(int from) {
    int at = from;
    while (at < stable && slots.get(at).committed() == null) {
      at++;
    }
    return at;
  }

  /** All that was committed, trimmed or not. */
  List<T> records() {
    return slots.subList(0, stable).stream()
        .flatMap(slot -> Stream.ofNullable(slot.committed()))
        .toList();
  }

  /** Whether whoever reads committed records has seen all of them from an offset on. */
  boolean readUpTo(int offset) {
    for (int at = Math.max(offset, beginning); at < slots.size(); at++) {
      if (slots.get(at).committed() != null) {
        return false;
      }
    }
    return true;
  }

  /** Removes what is before an offset. */
  void trim(int before) {
    beginning = Math.max(beginning, before);
  }
}
