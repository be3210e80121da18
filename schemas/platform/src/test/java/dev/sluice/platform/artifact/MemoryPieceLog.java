package dev.sluice.platform.artifact;

import dev.sluice.schemas.topics.Topic;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;

/** The topic in memory: one partition, and a broker that confirms when the test lets it. */
final class MemoryPieceLog implements PieceLog {

  private final List<ConsumerRecord<String, ByteBuffer>> records = new ArrayList<>();

  /** What confirms the records appended from now on. */
  volatile CompletableFuture<Void> confirmed = CompletableFuture.completedFuture(null);

  /** The broker's time. */
  volatile long nowMs = 1_000_000;

  /** Appends that fail from now on. */
  volatile boolean away;

  final AtomicInteger unconfirmed = new AtomicInteger();
  final AtomicInteger open = new AtomicInteger();

  @Override
  public int partitions() {
    return 1;
  }

  @Override
  public CompletableFuture<Long> append(int partition, String key, byte[] value) {
    if (away) {
      return CompletableFuture.failedFuture(new IllegalStateException("no broker"));
    }
    unconfirmed.incrementAndGet();
    write(key, value);
    long appendedMs = nowMs;
    return confirmed.thenApply(done -> appendedMs);
  }

  @Override
  public CompletableFuture<Long> appendSoon(int partition, String key, byte @Nullable [] value) {
    return append(partition, key, value == null ? new byte[0] : value);
  }

  /** As anybody may write to the topic; null: deleted. */
  synchronized void write(String key, byte[] value) {
    records.add(
        new ConsumerRecord<>(
            Topic.ARTIFACTS.topicName(),
            0,
            end(),
            nowMs,
            TimestampType.LOG_APPEND_TIME,
            key.length(),
            value.length,
            key,
            value.length == 0 ? null : ByteBuffer.wrap(value),
            new RecordHeaders(),
            Optional.empty()));
  }

  /** As the broker compacts: this record is not there any more. */
  synchronized void compact(int offset) {
    records.removeIf(record -> record.offset() == offset);
  }

  synchronized List<String> keys() {
    return records.stream().map(ConsumerRecord::key).toList();
  }

  private synchronized List<ConsumerRecord<String, ByteBuffer>> from(long offset) {
    return records.stream().filter(record -> record.offset() >= offset).limit(3).toList();
  }

  private synchronized long end() {
    return records.isEmpty() ? 0 : records.getLast().offset() + 1;
  }

  @Override
  public Reader open() {
    open.incrementAndGet();
    return new Reader() {
      private long at;

      @Override
      public long end(int partition) {
        return MemoryPieceLog.this.end();
      }

      @Override
      public long beginning(int partition) {
        return 0;
      }

      @Override
      public void seek(int partition, long offset) {
        at = offset;
      }

      @Override
      public long position() {
        return at;
      }

      @Override
      public Iterable<ConsumerRecord<String, ByteBuffer>> poll(Duration within) {
        var some = from(at);
        at = some.isEmpty() ? Math.max(at, end(0)) : some.getLast().offset() + 1;
        return some;
      }

      @Override
      public void close() {
        open.decrementAndGet();
      }
    };
  }

  @Override
  public void close() {}
}
