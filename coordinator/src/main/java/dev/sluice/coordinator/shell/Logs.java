package dev.sluice.coordinator.shell;

import dev.sluice.coordinator.runtime.Position;
import dev.sluice.platform.kafka.KafkaSettings;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.LogTruncationException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;

/**
 * Where partitions begin and end. Each method throws {@link KafkaException} where brokers don't
 * say.
 */
interface Logs {

  /**
   * What a partition's log holds.
   *
   * @param beginning first offset that it still holds
   * @param end its end, as far as records are committed
   */
  record Bounds(long beginning, long end) {}

  /** What a partition's log holds for whoever reads committed records. */
  Bounds bounds(TopicPartition log);

  /**
   * Where a partition's log ends, with what stands in transactions that are open. Where one owner
   * alone writes in transactions, and has fenced the one before, such a transaction is another
   * program's, and committed records of ours may stand behind its first.
   */
  long written(TopicPartition log);

  /**
   * End of what is still the log that was read up to a place beyond its end.
   *
   * @return {@link Long#MAX_VALUE} where that is not known, as it is only by leader epochs
   */
  long sameUpTo(TopicPartition log, Position read);

  /** Asks the brokers. */
  static Logs of(Admin admin, KafkaSettings kafka) {
    return new OfBrokers(admin, kafka);
  }

  /**
   * Offset at which a log is known to part from what was read; {@link Long#MAX_VALUE}: not known.
   */
  static long partsAt(InvalidOffsetException why, TopicPartition log) {
    var parts = why instanceof LogTruncationException t ? t.divergentOffsets().get(log) : null;
    return parts == null ? Long.MAX_VALUE : parts.offset();
  }

  /** The brokers' own. */
  record OfBrokers(Admin admin, KafkaSettings kafka) implements Logs {

    private static final long ASK_SECONDS_MAX = 30;
    private static final Duration POLL = Duration.ofMillis(100);

    @Override
    public Bounds bounds(TopicPartition log) {
      return new Bounds(
          offset(log, OffsetSpec.earliest(), IsolationLevel.READ_COMMITTED),
          offset(log, OffsetSpec.latest(), IsolationLevel.READ_COMMITTED));
    }

    @Override
    public long written(TopicPartition log) {
      return offset(log, OffsetSpec.latest(), IsolationLevel.READ_UNCOMMITTED);
    }

    @Override
    public long sameUpTo(TopicPartition log, Position read) {
      if (read.leaderEpoch() == Position.NO_EPOCH) {
        return Long.MAX_VALUE;
      }
      try (var consumer = new KafkaConsumer<String, ByteBuffer>(kafka.committedScan())) {
        return sameUpTo(consumer, log, read);
      }
    }

    /** A consumer compares leader epochs before it reads on, and says what it finds. */
    static long sameUpTo(Consumer<String, ByteBuffer> consumer, TopicPartition log, Position read) {
      consumer.assign(Set.of(log));
      consumer.seek(log, new OffsetAndMetadata(read.offset(), Optional.of(read.leaderEpoch()), ""));
      long began = System.nanoTime();
      try {
        while (System.nanoTime() - began < TimeUnit.SECONDS.toNanos(ASK_SECONDS_MAX)) {
          consumer.poll(POLL);
        }
      } catch (InvalidOffsetException e) {
        return partsAt(e, log);
      }
      throw new KafkaException("It is not known where " + log + " parts from what was read");
    }

    private long offset(TopicPartition log, OffsetSpec spec, IsolationLevel isolation) {
      try {
        return admin
            .listOffsets(Map.of(log, spec), new ListOffsetsOptions(isolation))
            .partitionResult(log)
            .get(ASK_SECONDS_MAX, TimeUnit.SECONDS)
            .offset();
      } catch (ExecutionException | TimeoutException e) {
        throw new KafkaException("The bounds of " + log + " are not known: " + e.getMessage(), e);
      } catch (InterruptedException e) {
        throw new InterruptException(e);
      }
    }
  }
}
