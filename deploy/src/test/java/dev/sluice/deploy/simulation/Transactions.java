package dev.sluice.deploy.simulation;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The brokers' transaction coordinator. One producer has a transactional id at a time: the next one
 * ends what the one before left open. A transaction is decided on at once, but its markers reach
 * each partition in their own time; the next of the same id waits for them.
 */
final class Transactions {

  /** What one producer writes together. */
  static final class Transaction {
    private final long sinceMs;
    private final Set<PartitionLog<?>> logs = new LinkedHashSet<>();
    private final List<Runnable> voids = new ArrayList<>();

    Transaction(long sinceMs) {
      this.sinceMs = sinceMs;
    }
  }

  private final SimulatedNetwork network;
  private final LongSupplier nowMs;
  private final long msMax;
  private final Map<String, Producer> owners = new HashMap<>();
  private final Map<String, Deque<Runnable>> markers = new HashMap<>();

  /**
   * @param network on which markers travel
   * @param nowMs the brokers' time
   * @param msMax age at which an open transaction is aborted
   */
  Transactions(SimulatedNetwork network, LongSupplier nowMs, long msMax) {
    this.network = network;
    this.nowMs = nowMs;
    this.msMax = msMax;
  }

  /** Fences whoever had the id, ends what it left open, and waits until that is everywhere. */
  Producer init(String id) {
    var before = owners.get(id);
    if (before != null) {
      before.abort();
    }
    complete(id);
    var producer = new Producer(id);
    owners.put(id, producer);
    return producer;
  }

  /** Aborts what has been open for too long; its producer is fenced by that. */
  void expire() {
    for (var owner : List.copyOf(owners.values())) {
      var transaction = owner.open;
      if (transaction != null && nowMs.getAsLong() - transaction.sinceMs >= msMax) {
        owner.abort();
        owners.remove(owner.id);
      }
    }
  }

  /** All markers of an id arrive, if they have not. */
  private void complete(String id) {
    var pending = markers.get(id);
    while (pending != null && !pending.isEmpty()) {
      pending.remove().run();
    }
  }

  private void end(String id, Transaction transaction, boolean committed) {
    if (!committed) {
      transaction.voids.forEach(Runnable::run);
    }
    var pending = markers.computeIfAbsent(id, key -> new ArrayDeque<>());
    for (var log : transaction.logs) {
      var marker = new Marker(log, transaction);
      pending.add(marker);
      network.send("transactions-" + id, log.name, marker);
    }
  }

  /** Arrives once. */
  private static final class Marker implements Runnable {
    private final PartitionLog<?> log;
    private final Transaction transaction;
    private boolean arrived;

    Marker(PartitionLog<?> log, Transaction transaction) {
      this.log = log;
      this.transaction = transaction;
    }

    @Override
    public void run() {
      if (!arrived) {
        arrived = true;
        log.end(transaction);
      }
    }
  }

  /** Whoever had a transactional id when this was made. */
  final class Producer {
    private final String id;
    private @Nullable Transaction open;

    private Producer(String id) {
      this.id = id;
    }

    boolean isFenced() {
      return owners.get(id) != this;
    }

    boolean inTransaction() {
      return open != null;
    }

    /** Begins a transaction; the brokers hear of it with its first record. */
    void begin() {
      if (open != null) {
        throw new AssertionError(id + " is in a transaction");
      }
      complete(id);
      open = new Transaction(nowMs.getAsLong());
    }

    /** Writes a record, which the brokers refuse where this producer is fenced. */
    <T> void send(PartitionLog<T> log, T record) {
      var transaction = open;
      if (transaction == null || isFenced()) {
        return;
      }
      transaction.logs.add(log);
      transaction.voids.add(log.append(record, transaction));
    }

    /**
     * Commits.
     *
     * @return false where this producer is fenced: what it wrote is void
     */
    boolean commit() {
      var transaction = open;
      open = null;
      if (transaction == null || isFenced()) {
        return false;
      }
      end(id, transaction, true);
      return true;
    }

    /** Makes what it wrote void. */
    void abort() {
      var transaction = open;
      open = null;
      if (transaction != null && !isFenced()) {
        end(id, transaction, false);
      }
    }
  }
}
