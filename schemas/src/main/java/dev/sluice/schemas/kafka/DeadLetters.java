package dev.sluice.schemas.kafka;

import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.DeadLetter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/** The one way into {@code sluice.dead-letters}, whoever writes there and with which producer. */
public final class DeadLetters {

  /** A letter holds no more of a record's value than this. */
  private static final int VALUE_BYTES_MAX = 1024 * 1024;

  private DeadLetters() {}

  /**
   * A letter about a record that can't be processed.
   *
   * @param record the record, its value cut off at one mebibyte
   * @param jobId its job; empty where that is not known
   * @param cause why
   */
  public static DeadLetter of(
      ConsumerRecord<String, ByteBuffer> record, String jobId, Cause cause) {
    return new DeadLetter(
        cause,
        jobId,
        record.topic(),
        record.partition(),
        record.offset(),
        record.key() == null
            ? null
            : ByteBuffer.wrap(record.key().getBytes(StandardCharsets.UTF_8)),
        cut(record.value()));
  }

  /** Where a record stands, as messages and keys tell it. */
  public static String place(ConsumerRecord<?, ?> record) {
    return place(record.topic(), record.partition(), record.offset());
  }

  /** The record of a letter, keyed by what it is about: a place in a topic, or a job. */
  public static ProducerRecord<String, byte[]> record(DeadLetter letter, Codec codec) {
    var key =
        letter.topic().isEmpty()
            ? letter.jobId()
            : place(letter.topic(), letter.partition(), letter.offset());
    return new ProducerRecord<>(Topic.DEAD_LETTERS.topicName(), key, codec.encode(letter));
  }

  private static String place(String topic, int partition, long offset) {
    return topic + "-" + partition + "@" + offset;
  }

  private static @Nullable ByteBuffer cut(@Nullable ByteBuffer value) {
    return value == null
        ? null
        : value.slice(value.position(), Math.min(value.remaining(), VALUE_BYTES_MAX));
  }
}
