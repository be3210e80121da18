package dev.sluice.platform.kafka;

import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.DeadLetter;
import dev.sluice.schemas.wire.DeadLetterReason;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/** The one way into {@code sluice.dead-letters}, whoever writes there and with which producer. */
public final class DeadLetters {

  /** A letter holds no more than this of a value that is of use to people only. */
  private static final int EVIDENCE_BYTES_MAX = 1024 * 1024;

  /** A value that can be of use later is held as a whole, where key and cause fit beside it. */
  private static final int WHOLE_BYTES_MAX = Codec.RECORD_BYTES_MAX - 128 * 1024;

  /** A key of that length may be cut off. */
  public static final int KEY_BYTES_MAX = 64 * 1024;

  /** Of each text in a letter: four of them and a job's id fit beside key and value. */
  private static final int TEXT_CHARS_MAX = 2 * 1024;

  private DeadLetters() {}

  /**
   * A letter about a record that can't be processed.
   *
   * @param record the record
   * @param jobId its job; empty where that is not known
   * @param reason the kind of reason
   * @param cause why
   */
  public static DeadLetter of(
      ConsumerRecord<String, ByteBuffer> record,
      String jobId,
      DeadLetterReason reason,
      Cause cause) {
    return of(record, record.value(), jobId, reason, cause);
  }

  /**
   * The same, whatever the reader makes of values.
   *
   * @param value the record's value as bytes
   */
  public static DeadLetter of(
      ConsumerRecord<String, ?> record,
      @Nullable ByteBuffer value,
      String jobId,
      DeadLetterReason reason,
      Cause cause) {
    var key = record.key() == null ? null : record.key().getBytes(StandardCharsets.UTF_8);
    int bytesMax = reason == DeadLetterReason.UNKNOWN_SCHEMA ? WHOLE_BYTES_MAX : EVIDENCE_BYTES_MAX;
    return new DeadLetter(
        cause,
        jobId,
        record.topic(),
        record.partition(),
        record.offset(),
        cut(key == null ? null : ByteBuffer.wrap(key), KEY_BYTES_MAX),
        cut(value, bytesMax),
        reason,
        value == null ? -1 : value.remaining(),
        false);
  }

  /** Where a record stands, as messages and keys tell it. */
  public static String place(ConsumerRecord<?, ?> record) {
    return place(record.topic(), record.partition(), record.offset());
  }

  /** The record of a letter, keyed by what it is about: a place in a topic, or a job. */
  public static ProducerRecord<String, byte[]> record(DeadLetter letter, Codec codec) {
    var bounded = bounded(letter);
    return new ProducerRecord<>(
        Topic.DEAD_LETTERS.topicName(), key(bounded), codec.encode(bounded));
  }

  /** Causes quote names that other programs chose. */
  private static DeadLetter bounded(DeadLetter letter) {
    var cause = letter.cause();
    return new DeadLetter(
        new Cause(
            cause.code(),
            cut(cause.where()),
            cut(cause.what()),
            cut(cause.why()),
            cut(cause.mend())),
        cut(letter.jobId()),
        letter.topic(),
        letter.partition(),
        letter.offset(),
        letter.key(),
        letter.value(),
        letter.reason(),
        letter.bytes(),
        letter.redriven());
  }

  private static String cut(String text) {
    return text.length() <= TEXT_CHARS_MAX ? text : text.substring(0, TEXT_CHARS_MAX) + "\u2026";
  }

  private static String key(DeadLetter letter) {
    return letter.topic().isEmpty()
        ? letter.jobId()
        : place(letter.topic(), letter.partition(), letter.offset());
  }

  private static String place(String topic, int partition, long offset) {
    return topic + "-" + partition + "@" + offset;
  }

  private static @Nullable ByteBuffer cut(@Nullable ByteBuffer all, int bytesMax) {
    return all == null ? null : all.slice(all.position(), Math.min(all.remaining(), bytesMax));
  }
}
