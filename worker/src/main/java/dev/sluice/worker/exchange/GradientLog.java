package dev.sluice.worker.exchange;

import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.codec.Vectors;
import dev.sluice.schemas.kafka.KafkaSettings;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.Attached;
import dev.sluice.schemas.wire.Contribution;
import dev.sluice.schemas.wire.GradientEntry;
import dev.sluice.schemas.wire.GradientRecord;
import dev.sluice.schemas.wire.ValidationSums;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/** Writes to {@code sluice.gradients}. Safe for use by several threads. */
public final class GradientLog implements AutoCloseable {

  private static final Duration CLOSE_MAX = Duration.ofSeconds(5);

  /** The step of a contribution that carries the initial vector. */
  public static final long INITIAL_STEP = -1;

  /**
   * What a contribution says about its values.
   *
   * @param jobId job
   * @param step step, or {@link #INITIAL_STEP}
   * @param shardFrom first shard
   * @param shards number of shards
   * @param samples samples summed
   * @param lossSum sum of their losses
   * @param finite whether every value is finite
   * @param validation what the parameters are on held-out rows; null: they were not measured
   */
  public record Header(
      String jobId,
      long step,
      int shardFrom,
      int shards,
      long samples,
      double lossSum,
      boolean finite,
      @Nullable ValidationSums validation) {}

  private final Codec codec;
  private final int partitions;
  private final String worker;
  private final String engine;
  private final KafkaProducer<String, byte[]> producer;

  /**
   * @param kafka cluster
   * @param codec encodes records
   * @param partitions partitions of the topic
   * @param worker worker id
   * @param engine engine fingerprint of every contribution
   */
  public GradientLog(
      KafkaSettings kafka, Codec codec, int partitions, String worker, String engine) {
    this.codec = codec;
    this.partitions = partitions;
    this.worker = worker;
    this.engine = engine;
    this.producer = new KafkaProducer<>(kafka.bulkProducer());
  }

  /**
   * Sends a vector, one record per block, without waiting for the brokers.
   *
   * @param header what is said about it
   * @param values the vector, binary32 in native order
   * @param floats its length
   * @param failed told where a block could not be stored
   */
  public void contribute(
      Header header, MemorySegment values, long floats, Consumer<Exception> failed) {
    for (int block = 0; block < JobParameters.blocks(floats); block++) {
      long from = (long) block * Topic.BLOCK_FLOATS * Float.BYTES;
      long bytes = (long) JobParameters.blockFloats(floats, block) * Float.BYTES;
      var payload = ByteBuffer.wrap(values.asSlice(from, bytes).toArray(ValueLayout.JAVA_BYTE));
      var contribution =
          new Contribution(
              block,
              header.step(),
              header.shardFrom(),
              header.shards(),
              header.samples(),
              header.lossSum(),
              header.finite(),
              engine,
              Vectors.crc32c(payload),
              payload,
              header.validation());
      send(Topic.blockKey(header.jobId(), block), header.jobId(), contribution, failed);
    }
  }

  /**
   * Asks the fold to publish a job's current blocks again, once per partition that holds any.
   *
   * @param failed told where that could not be stored
   */
  public void attach(String jobId, int blocks, Consumer<Exception> failed) {
    var keys = new TreeMap<Integer, String>();
    for (int block = 0; block < blocks; block++) {
      var key = Topic.blockKey(jobId, block);
      keys.putIfAbsent(Topic.partition(key, partitions), key);
    }
    keys.values().forEach(key -> send(key, jobId, new Attached(worker), failed));
  }

  private void send(String key, String jobId, GradientEntry entry, Consumer<Exception> failed) {
    var value = codec.encode(new GradientRecord(jobId, entry));
    var partition = Topic.partition(key, partitions);
    var _ =
        producer.send(
            new ProducerRecord<>(Topic.GRADIENTS.topicName(), partition, key, value),
            (metadata, exception) -> {
              if (exception != null) {
                failed.accept(exception);
              }
            });
  }

  /** Waits until the brokers have everything that was sent before, or it has failed. */
  public void flush() {
    producer.flush();
  }

  @Override
  public void close() {
    producer.close(CLOSE_MAX);
  }
}
