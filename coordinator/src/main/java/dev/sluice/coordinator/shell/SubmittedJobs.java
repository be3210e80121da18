package dev.sluice.coordinator.shell;

import dev.sluice.platform.kafka.KafkaSettings;
import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.codec.Decoded;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.JobRecord;
import dev.sluice.schemas.wire.Submitted;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Jobs as they were submitted, read again where a partition of {@code sluice.jobs} has them. Most
 * often many are wanted that stand close together, as where a lane has lost its workers: so what
 * follows one is kept for a while. Used by one thread.
 */
final class SubmittedJobs implements AutoCloseable {

  /** What is read at a time, unless one record has more. */
  private static final long STRETCH_BYTES = 2L << 20;

  private final KafkaSettings kafka;
  private final Codec codec;
  private final TopicPartition partition;
  private final Map<Long, Submitted> kept = new HashMap<>();
  private @Nullable StretchReader reader;

  /** Of what is in memory, first offset and end. */
  private long from;

  private long to;

  SubmittedJobs(KafkaSettings kafka, Codec codec, int partition) {
    this.kafka = kafka;
    this.codec = codec;
    this.partition = new TopicPartition(Topic.JOBS.topicName(), partition);
  }

  /**
   * The job that was submitted at an offset.
   *
   * @return null where it is there no more, or no job was submitted there
   * @throws org.apache.kafka.common.KafkaException where brokers don't say
   */
  @Nullable Submitted at(long offset) {
    if (offset < from || offset >= to) {
      read(offset);
    }
    return kept.get(offset);
  }

  private void read(long offset) {
    kept.clear();
    from = 0;
    to = 0;
    var log = reader();
    if (offset < log.beginning(partition)) {
      return;
    }
    try {
      var bytes = new long[1];
      to =
          log.read(
              partition,
              offset,
              log.end(partition),
              record -> {
                keep(record);
                bytes[0] += record.serializedValueSize();
                return bytes[0] < STRETCH_BYTES;
              });
      from = offset;
    } catch (InvalidOffsetException e) {
      kept.clear(); // brokers have removed it just now
    }
  }

  private void keep(ConsumerRecord<String, ByteBuffer> record) {
    if (record.value() != null
        && codec.decode(JobRecord.class, record.value())
            instanceof Decoded.Message<JobRecord>(JobRecord(var _, Submitted submitted))) {
      kept.put(record.offset(), submitted.detached());
    }
  }

  private StretchReader reader() {
    var open = reader;
    if (open == null) {
      open = new StretchReader(kafka);
      reader = open;
    }
    return open;
  }

  @Override
  public void close() {
    if (reader != null) {
      reader.close();
    }
  }
}
