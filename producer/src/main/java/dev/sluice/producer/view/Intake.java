package dev.sluice.producer.view;

import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.codec.Decoded;
import dev.sluice.schemas.kafka.Unread;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.StateRecord;
import dev.sluice.schemas.wire.WorkerHeartbeat;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes records from a consumer into a {@link ClusterView}. Used by one thread.
 *
 * <p>A state whose schema is not known yet holds up its partition until the schema arrives: only
 * coordinators write states, and one that is left out would be missed. The partition is paused and
 * looked at again each second, since one that is only sought back would be fetched again at full
 * speed. A heartbeat is passed over: the next one comes in a moment. So is a record that is broken:
 * states are rewritten with every change.
 */
final class Intake {

  private static final Logger LOG = LoggerFactory.getLogger(Intake.class);

  /** Time between looks at a partition that is held up. */
  static final Duration LOOK_AGAIN = Duration.ofSeconds(1);

  /** Most schemas of heartbeats of which it is said that they are not known. */
  private static final int STRANGE_MAX = 100;

  /** Why a partition is held up, since when, and when it is looked at again. */
  private record HeldUp(long offset, long fingerprint, long appendedMs, long againNanos) {}

  private final Consumer<String, ByteBuffer> consumer;
  private final Codec codec;
  private final ClusterView view;
  private final BiConsumer<ConsumerRecord<String, ByteBuffer>, Unread> passedOver;
  private final Set<Long> strange = new HashSet<>();
  private final Map<TopicPartition, HeldUp> heldUp = new LinkedHashMap<>();

  /**
   * @param consumer has its partitions; not closed
   * @param codec reads the records
   * @param view takes over what they say
   * @param passedOver told of the records passed over, and why
   */
  Intake(
      Consumer<String, ByteBuffer> consumer,
      Codec codec,
      ClusterView view,
      BiConsumer<ConsumerRecord<String, ByteBuffer>, Unread> passedOver) {
    this.consumer = consumer;
    this.codec = codec;
    this.view = view;
    this.passedOver = passedOver;
  }

  /** What holds it up, in plain words; empty while nothing does. */
  Optional<String> trouble() {
    return heldUp.entrySet().stream()
        .findFirst()
        .map(
            held ->
                String.format(
                    Locale.ROOT,
                    "%s is held up at offset %d since %s, until its schema (fingerprint %016x) is"
                        + " in %s. Only coordinators write there: start one of the release that"
                        + " wrote it. If something else wrote it, write a tombstone with its key;"
                        + " once the broker has compacted the partition, start this producer anew.",
                    held.getKey(),
                    held.getValue().offset(),
                    Instant.ofEpochMilli(held.getValue().appendedMs())
                        .truncatedTo(ChronoUnit.SECONDS),
                    held.getValue().fingerprint(),
                    Topic.SCHEMAS.topicName()));
  }

  /**
   * Takes over what there is.
   *
   * @param within longest wait for something to be there
   * @param nowNanos now, on the clock of {@link System#nanoTime}
   */
  void step(Duration within, long nowNanos) {
    consumer.resume(
        heldUp.entrySet().stream()
            .filter(held -> held.getValue().againNanos() - nowNanos <= 0)
            .map(Map.Entry::getKey)
            .toList());
    var records = consumer.poll(within);
    for (var partition : records.partitions()) {
      for (var record : records.records(partition)) {
        var unknown = takeOver(record);
        if (unknown.isPresent()) {
          // Not ours to skip: stay at this record until its schema has come.
          holdUp(partition, record, unknown.get(), nowNanos);
          break;
        }
        heldUp.remove(partition);
      }
    }
  }

  private void holdUp(
      TopicPartition partition, ConsumerRecord<?, ?> record, long fingerprint, long nowNanos) {
    long offset = record.offset();
    consumer.seek(partition, offset);
    consumer.pause(Set.of(partition));
    var before =
        heldUp.put(
            partition,
            new HeldUp(offset, fingerprint, record.timestamp(), nowNanos + LOOK_AGAIN.toNanos()));
    if (before == null || before.offset() != offset) {
      LOG.warn(
          "{} is held up at offset {}: schema {} is not known yet",
          partition,
          offset,
          Long.toHexString(fingerprint));
    }
  }

  /** Returns the schema's fingerprint where the record's schema is not known yet. */
  private Optional<Long> takeOver(ConsumerRecord<String, ByteBuffer> record) {
    var value = record.value();
    boolean state = record.topic().equals(Topic.JOB_STATES.topicName());
    if (record.key() == null) {
      return passOver(record, Unread.because("It has no key."));
    }
    if (value == null) {
      if (state) {
        view.remove(record.key());
      } else {
        view.fleet().remove(record.key(), record.timestamp());
      }
      return Optional.empty();
    }
    var decoded =
        state ? codec.decode(StateRecord.class, value) : codec.decode(WorkerHeartbeat.class, value);
    return switch (decoded) {
      case Decoded.Message<? extends Record>(StateRecord(var stored)) -> {
        view.put(stored);
        yield Optional.empty();
      }
      case Decoded.Message<? extends Record>(WorkerHeartbeat heartbeat) -> {
        view.fleet().put(heartbeat, record.timestamp());
        yield Optional.empty();
      }
      case Decoded.Message<? extends Record>(var other) ->
          passOver(record, Unread.because("It is a " + other.getClass().getSimpleName() + "."));
      case Decoded.UnknownSchema<? extends Record>(long fingerprint) ->
          state ? Optional.of(fingerprint) : passOverHeartbeat(record, fingerprint);
      case Decoded.Malformed<? extends Record>(String why) -> passOver(record, Unread.because(why));
    };
  }

  /** It is said once of a schema, and not twice a second. */
  private Optional<Long> passOverHeartbeat(
      ConsumerRecord<String, ByteBuffer> record, long fingerprint) {
    return strange.size() < STRANGE_MAX && strange.add(fingerprint)
        ? passOver(record, Unread.unknownSchema(fingerprint))
        : Optional.empty();
  }

  private Optional<Long> passOver(ConsumerRecord<String, ByteBuffer> record, Unread unread) {
    passedOver.accept(record, unread);
    return Optional.empty();
  }
}
