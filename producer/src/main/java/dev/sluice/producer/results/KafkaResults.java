package dev.sluice.producer.results;

import dev.sluice.platform.kafka.KafkaSettings;
import dev.sluice.producer.results.Results.ResultsBroken.Reason;
import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.codec.Decoded;
import dev.sluice.schemas.codec.Digests;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.ResultBatch;
import dev.sluice.schemas.wire.ResultRange;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Semaphore;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/**
 * Results in {@code sluice.results}. Every reading has a consumer of its own; their number is
 * bounded. Between a range's first and last offset there may be records of other jobs and of lost
 * attempts; only those of the attempt that the ledger chose are handed on.
 */
public final class KafkaResults implements Results {

  /** Readings at one time. */
  static final int READINGS_MAX = 8;

  private static final Duration STALL_MAX = Duration.ofSeconds(30);
  private static final Duration POLL = Duration.ofMillis(200);
  private static final int FETCH_BYTES = 4 * 1024 * 1024;

  private final KafkaSettings kafka;
  private final Codec codec;
  private final Semaphore readings = new Semaphore(READINGS_MAX);

  /**
   * @param kafka the cluster
   * @param codec reads records
   */
  public KafkaResults(KafkaSettings kafka, Codec codec) {
    this.kafka = kafka;
    this.codec = codec;
  }

  @Override
  public void read(String jobId, List<ResultRange> ranges, Sink sink)
      throws ResultsBroken, IOException {
    if (!readings.tryAcquire()) {
      throw new ResultsBroken(
          Reason.BUSY, READINGS_MAX + " results are being read already; try again in a moment");
    }
    var settings = new HashMap<>(kafka.committedScan());
    settings.put("max.partition.fetch.bytes", FETCH_BYTES);
    settings.put("fetch.max.bytes", 2 * FETCH_BYTES);
    try (var consumer = new KafkaConsumer<String, ByteBuffer>(settings)) {
      for (var range : ranges) {
        for (var batch : read(consumer, jobId, range)) {
          sink.accept(batch);
        }
      }
    } catch (OffsetOutOfRangeException e) {
      throw new ResultsBroken(
          Reason.EXPIRED, "the results are older than what " + name() + " keeps");
    } catch (KafkaException e) {
      throw new ResultsBroken(Reason.UNAVAILABLE, "Kafka does not give them: " + e.getMessage());
    } finally {
      readings.release();
    }
  }

  private List<ResultBatch> read(
      KafkaConsumer<String, ByteBuffer> consumer, String jobId, ResultRange range)
      throws ResultsBroken {
    var partition = new TopicPartition(name(), range.partition());
    if (!consumer.assignment().contains(partition)) {
      consumer.assign(List.of(partition));
      consumer.seek(partition, range.firstOffset());
    } else if (consumer.position(partition) != range.firstOffset()) {
      consumer.seek(partition, range.firstOffset());
    }
    var batches = new ArrayList<ResultBatch>();
    var digest = Digests.sha256();
    long next = range.firstOffset();
    long deadline = System.nanoTime() + STALL_MAX.toNanos();
    while (next <= range.lastOffset()) {
      for (var record : consumer.poll(POLL).records(partition)) {
        if (record.offset() > range.lastOffset()) {
          break;
        }
        if (record.value() != null
            && codec.decode(ResultBatch.class, record.value())
                instanceof Decoded.Message<ResultBatch>(var batch)
            && batch.jobId().equals(jobId)
            && batch.attempt().equals(range.attempt())) {
          digest.update(record.value().duplicate());
          batches.add(batch);
        }
      }
      long position = consumer.position(partition);
      if (position > next) {
        next = position;
        deadline = System.nanoTime() + STALL_MAX.toNanos();
      } else if (System.nanoTime() > deadline) {
        throw new ResultsBroken(
            Reason.UNAVAILABLE,
            String.format(
                Locale.ROOT,
                "nothing came from %s offset %d for %d s",
                partition,
                next,
                STALL_MAX.toSeconds()));
      }
    }
    if (!Digests.text(digest).equals(range.digest())) {
      throw new ResultsBroken(
          Reason.CORRUPT,
          String.format(
              Locale.ROOT,
              "rows %d to %d in %s do not have the digest that the ledger noted",
              range.rowFrom(),
              range.rowTo(),
              partition));
    }
    batches.sort(Comparator.comparingLong(ResultBatch::rowFrom));
    return batches;
  }

  private static String name() {
    return Topic.RESULTS.topicName();
  }

  @Override
  public void close() {
    // Every reading closes its own consumer.
  }
}
