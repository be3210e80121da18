package dev.sluice.coordinator.shell;

import dev.sluice.platform.kafka.DeadLetters;
import dev.sluice.platform.kafka.Unread;
import dev.sluice.schemas.codec.SchemaWait;
import dev.sluice.schemas.topics.Topic;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

/**
 * Keys of a compacted topic of ours whose last record can't be read, while a takeover reads the
 * topic. Coordinators publish their schemas before they write, so after {@link SchemaWait} such a
 * record is another program's, and what its key means is what the record before says.
 */
final class ForeignRecords {

  /** Records that are kept, and their bytes in all; of a flood beyond, only keys are known. */
  static final int KEPT_MAX = 1_000;

  private static final long KEPT_BYTES_MAX = 64L * 1024 * 1024;

  /** Keys that are known, and their length; beyond, and under longer ones than ours, none is. */
  private static final int KEYS_MAX = 100_000;

  private static final int KEY_CHARS_MAX = 512;

  /**
   * One of them.
   *
   * @param place where it stands
   * @param appendedMs when it was appended, on the brokers' clock
   * @param fingerprint of its schema where that is what is not known
   * @param unread why it can't be read
   * @param record itself; null where it is not kept
   */
  record Foreign(
      String place,
      long appendedMs,
      @Nullable Long fingerprint,
      Unread unread,
      @Nullable ConsumerRecord<String, ByteBuffer> record) {}

  private final SchemaWait schemas;
  private final Map<String, Foreign> all = new LinkedHashMap<>();
  private long keptBytes;

  /**
   * @param schemas how long records wait for their schemas
   */
  ForeignRecords(SchemaWait schemas) {
    this.schemas = schemas;
  }

  /** Notes that the brokers' clock has come so far: the append time of any record. */
  void heard(long appendedMs) {
    schemas.heard(appendedMs);
  }

  /** The last record of its key can't be read. */
  void add(ConsumerRecord<String, ByteBuffer> record, String why) {
    add(record, null, Unread.because(why));
  }

  /** The schema of the last record of its key is not known. */
  void add(ConsumerRecord<String, ByteBuffer> record, long fingerprint) {
    add(record, fingerprint, Unread.unknownSchema(fingerprint));
  }

  private void add(
      ConsumerRecord<String, ByteBuffer> record, @Nullable Long fingerprint, Unread unread) {
    int bytes = record.serializedValueSize();
    superseded(record.key());
    if (record.key().length() > KEY_CHARS_MAX || all.size() >= KEYS_MAX) {
      return; // what was there before counts, and is not written anew
    }
    boolean keep = all.size() < KEPT_MAX && keptBytes + bytes <= KEPT_BYTES_MAX;
    keptBytes += keep ? bytes : 0;
    all.put(
        record.key(),
        new Foreign(
            DeadLetters.place(record),
            record.timestamp(),
            fingerprint,
            unread,
            keep ? record : null));
  }

  /** A later record of the key counts. */
  void superseded(String key) {
    var before = all.remove(key);
    if (before != null && before.record() != null) {
      keptBytes -= before.record().serializedValueSize();
    }
  }

  boolean isEmpty() {
    return all.isEmpty();
  }

  Set<String> keys() {
    return all.keySet();
  }

  Optional<Foreign> of(String key) {
    return Optional.ofNullable(all.get(key));
  }

  /** By key, in the order of the log. */
  Map<String, Foreign> all() {
    return all;
  }

  /**
   * Once all was read: whether it is final.
   *
   * @param nowMs the time here, on a clock that only goes forward
   * @throws KafkaException where a schema may still come
   */
  void requireFinal(long nowMs) {
    all.forEach(
        (key, record) -> {
          var fingerprint = record.fingerprint();
          if (fingerprint != null) {
            schemas
                .of(fingerprint, record.appendedMs(), nowMs)
                .ifPresent(
                    waiting -> {
                      throw new KafkaException(words(key, record, waiting));
                    });
          }
        });
  }

  private static String words(String key, Foreign record, SchemaWait.Waiting waiting) {
    return String.format(
        Locale.ROOT,
        "What stands under %s at %s waits for schema %016x, which %s does not hold, for at most"
            + " %d s more; then what was there before counts",
        key,
        record.place(),
        waiting.fingerprint(),
        Topic.SCHEMAS.topicName(),
        Math.ceilDiv(waiting.leftMs(), 1_000L));
  }
}
