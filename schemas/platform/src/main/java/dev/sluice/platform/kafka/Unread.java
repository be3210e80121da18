package dev.sluice.platform.kafka;

import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.DeadLetterReason;
import java.util.Locale;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Why a reader passes over a record.
 *
 * @param reason unreadable, or of an unknown schema
 * @param why in one sentence
 */
public record Unread(DeadLetterReason reason, String why) {

  /** The bytes are no such message. */
  public static Unread because(String why) {
    return new Unread(DeadLetterReason.UNREADABLE, why);
  }

  /** The writer's schema is not known. */
  public static Unread unknownSchema(long fingerprint) {
    return new Unread(
        DeadLetterReason.UNKNOWN_SCHEMA,
        String.format(
            Locale.ROOT,
            "It was written with schema %016x, which %s does not hold.",
            fingerprint,
            Topic.SCHEMAS.topicName()));
  }

  /** What it has in common with others of its topic, in words that go on after a number. */
  public String kind(ConsumerRecord<?, ?> record) {
    return (reason == DeadLetterReason.UNKNOWN_SCHEMA
            ? "records of unknown schemas in "
            : "unreadable records in ")
        + record.topic();
  }

  /**
   * The cause, for people.
   *
   * @param place where the record stands
   * @param mend what to do about it, in one sentence
   */
  public Cause cause(String place, String mend) {
    return new Cause(
        reason == DeadLetterReason.UNKNOWN_SCHEMA ? Code.UNKNOWN_SCHEMA : Code.UNREADABLE_RECORD,
        place,
        reason == DeadLetterReason.UNKNOWN_SCHEMA
            ? "The schema of a record is not known."
            : "A record can't be read.",
        why,
        mend);
  }
}
