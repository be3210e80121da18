package dev.sluice.producer.letters;

import dev.sluice.platform.kafka.DeadLetters;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.DeadLetter;
import dev.sluice.schemas.wire.DeadLetterReason;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a dead letter without its bytes.
 *
 * @param at where the letter itself stands: its offset in {@code sluice.dead-letters}
 * @param atMs when it was written, milliseconds since the epoch on the brokers' clock
 * @param topic topic of the record; empty where it is about a task
 * @param partition its partition
 * @param offset its offset; -1 where there is no record
 * @param reason the kind of reason
 * @param cause why
 * @param jobId its job; empty where that is not known
 * @param key key of the record, or how it begins; null where it has none
 * @param bytes length of the record's value; -1: it had none, or that is not known
 * @param whole whether the letter holds all of the value, and of the key
 * @param redrivenMs when the record was written back, on the brokers' clock; null: it was not
 */
public record Letter(
    long at,
    long atMs,
    String topic,
    int partition,
    long offset,
    DeadLetterReason reason,
    Cause cause,
    String jobId,
    @Nullable String key,
    long bytes,
    boolean whole,
    @Nullable Long redrivenMs) {

  /** Of a key that anybody may write; the letter in the topic has more of it. */
  static final int KEY_BYTES_MAX = 256;

  /** Of each text of a letter. */
  static final int TEXT_CHARS_MAX = 1_000;

  static Letter of(long at, long atMs, DeadLetter letter) {
    var value = letter.value();
    return new Letter(
        at,
        atMs,
        cut(letter.topic()),
        letter.partition(),
        letter.offset(),
        letter.reason(),
        cut(letter.cause()),
        cut(letter.jobId()),
        text(letter.key()),
        letter.bytes(),
        value != null && value.remaining() == letter.bytes() && wholeKey(letter.key()),
        null);
  }

  /** Anybody may write letters, too, and all that are listed are in memory. */
  private static Cause cut(Cause cause) {
    return new Cause(
        cause.code(), cut(cause.where()), cut(cause.what()), cut(cause.why()), cut(cause.mend()));
  }

  private static String cut(String text) {
    return text.length() <= TEXT_CHARS_MAX ? text : text.substring(0, TEXT_CHARS_MAX) + "...";
  }

  /** Names it: the place of its record, or its own where there is none. */
  public String id() {
    return offset < 0
        ? Topic.DEAD_LETTERS.topicName() + "/0/" + at
        : topic + "/" + partition + "/" + offset;
  }

  /**
   * Why its record is not written back, in one sentence; empty where it can be, as soon as its
   * schema is known.
   */
  public Optional<String> keptBecause() {
    if (redrivenMs != null) {
      return Optional.of(
          "It was written back before; were it put away again, that would be another letter.");
    }
    if (!topic.equals(Topic.JOBS.topicName())) {
      return Optional.of(
          String.format(
              Locale.ROOT,
              "Only %s takes records of other programs. What Sluice writes elsewhere it says again"
                  + " where that matters, and an old record at the end of a topic would be taken"
                  + " for news.",
              Topic.JOBS.topicName()));
    }
    if (reason != DeadLetterReason.UNKNOWN_SCHEMA) {
      return Optional.of(
          "Its reason lies in its bytes, so that it would end here again: submit the job anew.");
    }
    return whole
        ? Optional.empty()
        : Optional.of(
            String.format(
                Locale.ROOT,
                "Its %d bytes did not fit into the letter: submit the job anew.",
                bytes));
  }

  Letter redriven(long whenMs) {
    return new Letter(
        at, atMs, topic, partition, offset, reason, cause, jobId, key, bytes, whole, whenMs);
  }

  private static boolean wholeKey(@Nullable ByteBuffer key) {
    return key == null || key.remaining() < DeadLetters.KEY_BYTES_MAX;
  }

  private static @Nullable String text(@Nullable ByteBuffer key) {
    return key == null
        ? null
        : StandardCharsets.UTF_8
            .decode(key.slice(key.position(), Math.min(key.remaining(), KEY_BYTES_MAX)))
            .toString();
  }
}
