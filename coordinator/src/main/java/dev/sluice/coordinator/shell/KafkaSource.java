package dev.sluice.coordinator.shell;

import dev.sluice.coordinator.runtime.LogRecord;
import dev.sluice.coordinator.runtime.Position;
import dev.sluice.coordinator.runtime.Source;
import dev.sluice.coordinator.runtime.Unavailable;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * What stands between the one thread that reads a group's partitions and the thread that handles
 * one of them: a place to read from, and records up to a bound.
 *
 * @param <T> message that its records hold
 */
final class KafkaSource<T extends Record> implements Source<T> {

  /** Bytes that wait to be handled; beyond, the partition is read no further. */
  private static final long BYTES_MAX = 16L << 20;

  /**
   * Most records in a batch: what comes of them is in memory until it is sent, in one transaction,
   * whose time is bounded.
   */
  static final int BATCH_MAX = 1_000;

  private final KafkaRecord.Reading<T> reading;
  private final Runnable readerBell;
  private List<LogRecord<T>> inbox = new ArrayList<>();
  private long bytes;
  private @Nullable Position next;
  private @Nullable Position sought;
  private boolean flowing;
  private boolean moved;
  private boolean end;
  private long sameUpTo = Long.MAX_VALUE;
  private @Nullable String lost;

  /**
   * @param reading how records are read
   * @param readerBell wakes the thread that reads
   */
  KafkaSource(KafkaRecord.Reading<T> reading, Runnable readerBell) {
    this.reading = reading;
    this.readerBell = readerBell;
  }

  // ---- for the thread that handles

  @Override
  public void seek(Position from) {
    synchronized (this) {
      clear();
      sought = from;
      flowing = true;
    }
    readerBell.run();
  }

  @Override
  public synchronized void stop() {
    clear();
    flowing = false;
    sought = null;
  }

  private void clear() {
    inbox = new ArrayList<>();
    bytes = 0;
    next = null;
    moved = false;
    end = false;
    lost = null;
  }

  @Override
  public @Nullable Batch<T> take() {
    Batch<T> batch;
    boolean full;
    synchronized (this) {
      if (lost != null) {
        throw new Unavailable(lost);
      }
      if (!moved || next == null) {
        return null;
      }
      full = bytes >= BYTES_MAX;
      if (inbox.size() > BATCH_MAX) {
        batch = first();
      } else {
        batch = new Batch<>(inbox, next, end);
        inbox = new ArrayList<>();
        bytes = 0;
        moved = false;
      }
      full &= bytes < BYTES_MAX;
    }
    if (full) {
      readerBell.run();
    }
    // What stands behind a record shows how long that has been there, whoever owned it then.
    batch.records().forEach(record -> reading.schemas().heard(record.appendedMs()));
    return batch;
  }

  /** As many as a batch may have; the others wait for the next one. */
  private Batch<T> first() {
    var some = List.copyOf(inbox.subList(0, BATCH_MAX));
    inbox = new ArrayList<>(inbox.subList(BATCH_MAX, inbox.size()));
    some.forEach(record -> bytes -= record.bytes());
    var last = some.getLast();
    return new Batch<>(some, new Position(last.offset() + 1, last.leaderEpoch()), false);
  }

  @Override
  public synchronized boolean full() {
    return inbox.size() >= BATCH_MAX || bytes >= BYTES_MAX;
  }

  @Override
  public synchronized long takeSameUpTo() {
    long same = sameUpTo;
    sameUpTo = Long.MAX_VALUE;
    return same;
  }

  // ---- for the thread that reads

  /** Where it is to read from, if that is new. */
  synchronized @Nullable Position takeSought() {
    var from = sought;
    sought = null;
    return from;
  }

  /** Whether more may be read. */
  synchronized boolean flows() {
    return flowing && sought == null && lost == null && bytes < BYTES_MAX;
  }

  /**
   * Records have come, from the place that it was told to read from; from another one by now, they
   * are dropped.
   *
   * @param to place after them
   * @param all whether the log holds nothing more for now
   */
  synchronized void deliver(
      List<ConsumerRecord<String, ByteBuffer>> records, @Nullable Position to, boolean all) {
    if (!flowing || sought != null || lost != null) {
      return;
    }
    for (var record : records) {
      var one = new KafkaRecord<>(record, reading);
      inbox.add(one);
      bytes += one.bytes();
    }
    var at = to != null ? to : next;
    moved |= !records.isEmpty() || (at != null && (!at.equals(next) || all != end));
    next = at;
    end = all;
  }

  /**
   * The log is not the one that was read.
   *
   * @param same end of what still is, as far as is known
   */
  synchronized void lose(long same, String why) {
    if (flowing && sought == null) {
      clear();
      sameUpTo = same;
      lost = why;
    }
  }
}
