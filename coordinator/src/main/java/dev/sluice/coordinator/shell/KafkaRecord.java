package dev.sluice.coordinator.shell;

import dev.sluice.coordinator.runtime.LogRecord;
import dev.sluice.coordinator.runtime.Position;
import dev.sluice.platform.kafka.DeadLetters;
import dev.sluice.platform.kafka.Unread;
import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.codec.Decoded;
import dev.sluice.schemas.codec.SchemaWait;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.DeadLetter;
import dev.sluice.schemas.wire.DeadLetterReason;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * A record of Kafka's, decoded where it is read.
 *
 * @param record as it came
 * @param reading how it is read
 * @param <T> message that it should hold
 */
record KafkaRecord<T extends Record>(ConsumerRecord<String, ByteBuffer> record, Reading<T> reading)
    implements LogRecord<T> {

  /**
   * How the records of one partition are read.
   *
   * @param type of the messages
   * @param codec decodes them
   * @param schemas how long records wait for their schemas; of this partition alone
   * @param mend what to do about a record that can't be read, in one sentence
   */
  record Reading<T extends Record>(Class<T> type, Codec codec, SchemaWait schemas, String mend) {}

  @Override
  public long offset() {
    return record.offset();
  }

  @Override
  public long appendedMs() {
    return record.timestamp();
  }

  @Override
  public int leaderEpoch() {
    return record.leaderEpoch().orElse(Position.NO_EPOCH);
  }

  @Override
  public int bytes() {
    return Math.max(0, record.serializedKeySize()) + Math.max(0, record.serializedValueSize());
  }

  @Override
  public Content<T> read(long nowMs) {
    return switch (reading.codec().decode(reading.type(), record.value())) {
      case Decoded.Message<T>(T message) -> new Content.Message<>(message);
      case Decoded.Malformed<T>(String why) -> unreadable(Unread.because(why), reading.mend());
      case Decoded.UnknownSchema<T>(long fingerprint) -> {
        var waiting = reading.schemas().of(fingerprint, record.timestamp(), nowMs);
        yield waiting.isPresent()
            ? new Content.Waiting<>(words(waiting.get()))
            : unreadable(Unread.unknownSchema(fingerprint), mend());
      }
    };
  }

  private Content<T> unreadable(Unread unread, String mend) {
    var cause = unread.cause(place(), mend);
    return new Content.Unreadable<>(unread.kind(record), letter("", unread.reason(), cause));
  }

  /** Only of one topic records are written back; of others whoever wrote them says them again. */
  private String mend() {
    if (!record.topic().equals(Topic.JOBS.topicName())) {
      return reading.mend();
    }
    return String.format(
        Locale.ROOT,
        "Publish that schema in %s, as JSON; then `sluice dead-letters redrive %s/%d/%d`.",
        Topic.SCHEMAS.topicName(),
        record.topic(),
        record.partition(),
        record.offset());
  }

  @Override
  public String place() {
    return DeadLetters.place(record);
  }

  @Override
  public DeadLetter letter(String jobId, DeadLetterReason reason, Cause cause) {
    return DeadLetters.of(record, jobId, reason, cause);
  }

  private String words(SchemaWait.Waiting by) {
    return String.format(
        Locale.ROOT,
        "waits at offset %d for schema %016x, which %s does not hold, since %s, for at most"
            + " %d s more; then that record goes to the dead letters and the partition goes on",
        record.offset(),
        by.fingerprint(),
        Topic.SCHEMAS.topicName(),
        Instant.ofEpochMilli(by.sinceMs()).truncatedTo(ChronoUnit.SECONDS),
        Math.ceilDiv(by.leftMs(), 1_000L));
  }
}
