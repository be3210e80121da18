package dev.sluice.platform.artifact;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/** The topic in which pieces of files are. Safe for use by several threads. */
interface PieceLog extends AutoCloseable {

  /** Partitions of the topic. */
  int partitions();

  /**
   * Appends a record. Blocks while very many are on their way.
   *
   * @return completes once the brokers have it, with the time at which they appended it
   */
  CompletableFuture<Long> append(int partition, String key, byte[] value);

  /**
   * Appends a record that must come within seconds or not at all.
   *
   * @param value null removes what stands under the key
   * @return as {@link #append}
   */
  CompletableFuture<Long> appendSoon(int partition, String key, byte @Nullable [] value);

  /** Opens a reader of committed records. */
  Reader open();

  @Override
  void close();

  /** Reads one partition at a time. Used by one thread at a time. */
  interface Reader extends AutoCloseable {

    /** Where a partition ends, as far as committed now. */
    long end(int partition);

    /** Where a partition begins. */
    long beginning(int partition);

    /** Reads on from here. */
    void seek(int partition, long offset);

    /** Where it stands: the next record has this offset, or a later one. */
    long position();

    /** Records that have come, in order; none where there are none within this time. */
    Iterable<ConsumerRecord<String, ByteBuffer>> poll(Duration within);

    @Override
    void close();
  }
}
