package dev.sluice.producer.view;

import dev.sluice.platform.kafka.DeadLetters;
import dev.sluice.platform.kafka.Unread;
import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.codec.Decoded;
import dev.sluice.schemas.codec.SchemaWait;
import dev.sluice.schemas.topics.FactPart;
import dev.sluice.schemas.topics.StateKeys;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.EndedPrediction;
import dev.sluice.schemas.wire.JobFacts;
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
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes records from a consumer into a {@link ClusterView}. Used by one thread.
 *
 * <p>A state whose schema is not known yet holds up its partition for a while ({@link SchemaWait}):
 * a coordinator of a new release publishes its schema first. Then it is passed over, since anybody
 * may write to the topic. The partition is paused and looked at again each second, since one that
 * is only sought back would be fetched again at full speed. A heartbeat is passed over at once: the
 * next one comes in a moment. So is a record that is broken. Of states that are passed over the
 * view notes that what it shows is what was known before ({@link UnreadStates}).
 */
final class ViewIntake {

  private static final Logger LOG = LoggerFactory.getLogger(ViewIntake.class);

  /** Time between looks at a partition that is held up. */
  static final Duration LOOK_AGAIN = Duration.ofSeconds(1);

  /** Most schemas of heartbeats of which it is said that they are not known. */
  private static final int STRANGE_MAX = 100;

  /** Why a partition is held up, since when, and when it is looked at again. */
  private record HeldUp(long offset, SchemaWait.Waiting by, long againNanos) {}

  private final Consumer<String, ByteBuffer> consumer;
  private final Codec codec;
  private ClusterView view;
  private final int statePartitions;
  private final SchemaWait schemas;
  private final BiConsumer<ConsumerRecord<String, ByteBuffer>, Unread> passedOver;
  private final Set<Long> strange = new HashSet<>();
  private final Map<TopicPartition, HeldUp> heldUp = new LinkedHashMap<>();

  /**
   * @param consumer has its partitions; not closed
   * @param codec reads the records
   * @param view takes over what they say
   * @param statePartitions partitions of {@code sluice.job-states}
   * @param schemas how long states wait for their schemas
   * @param passedOver told of the records passed over, and why
   */
  ViewIntake(
      Consumer<String, ByteBuffer> consumer,
      Codec codec,
      ClusterView view,
      int statePartitions,
      SchemaWait schemas,
      BiConsumer<ConsumerRecord<String, ByteBuffer>, Unread> passedOver) {
    this.consumer = consumer;
    this.codec = codec;
    this.view = view;
    this.statePartitions = statePartitions;
    this.schemas = schemas;
    this.passedOver = passedOver;
  }

  /** From now on another view takes over what records say. */
  void goOnInto(ClusterView other) {
    view = other;
  }

  /** What holds it up, in plain words; empty while nothing does. */
  Optional<String> trouble() {
    return heldUp.entrySet().stream()
        .findFirst()
        .map(
            held ->
                String.format(
                    Locale.ROOT,
                    "%s is held up at offset %d since %s, by a record of schema %016x, which %s"
                        + " does not hold; for at most %d s more, then that record is passed over.",
                    held.getKey(),
                    held.getValue().offset(),
                    Instant.ofEpochMilli(held.getValue().by().sinceMs())
                        .truncatedTo(ChronoUnit.SECONDS),
                    held.getValue().by().fingerprint(),
                    Topic.SCHEMAS.topicName(),
                    Math.ceilDiv(held.getValue().by().leftMs(), 1_000L)));
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
    // Heartbeats show how far the brokers' clock is, whatever the states' partitions hold.
    records.forEach(record -> schemas.heard(record.timestamp()));
    for (var partition : records.partitions()) {
      for (var record : records.records(partition)) {
        var waiting = takeOver(record, TimeUnit.NANOSECONDS.toMillis(nowNanos));
        if (waiting.isPresent()) {
          holdUp(partition, record, waiting.get(), nowNanos);
          break;
        }
        heldUp.remove(partition);
      }
    }
  }

  private void holdUp(
      TopicPartition partition, ConsumerRecord<?, ?> record, SchemaWait.Waiting by, long nowNanos) {
    long offset = record.offset();
    consumer.seek(partition, offset);
    consumer.pause(Set.of(partition));
    var before = heldUp.put(partition, new HeldUp(offset, by, nowNanos + LOOK_AGAIN.toNanos()));
    if (before == null || before.offset() != offset) {
      LOG.warn(
          "{} is held up at offset {}: schema {} is not known yet",
          partition,
          offset,
          Long.toHexString(by.fingerprint()));
    }
  }

  /** Returns what the record waits for. */
  private Optional<SchemaWait.Waiting> takeOver(
      ConsumerRecord<String, ByteBuffer> record, long nowMs) {
    if (record.key() == null) {
      return passOver(record, Unread.because("It has no key."));
    }
    if (record.topic().equals(Topic.JOB_STATES.topicName())) {
      return takeOverState(record, nowMs);
    }
    if (record.topic().equals(Topic.PREDICTIONS.topicName())) {
      return takeOverPrediction(record);
    }
    return record.topic().equals(Topic.JOB_FACTS.topicName())
        ? takeOverFacts(record, nowMs)
        : takeOverHeartbeat(record);
  }

  /** One that can't be read is shown as what its state says last; nobody is held up by it. */
  private Optional<SchemaWait.Waiting> takeOverPrediction(
      ConsumerRecord<String, ByteBuffer> record) {
    if (record.value() == null
        || Topic.partition(record.key(), statePartitions) != record.partition()) {
      return passOver(record, Unread.because("It is no job of this partition that has ended."));
    }
    return switch (codec.decode(EndedPrediction.class, record.value())) {
      case Decoded.Message<EndedPrediction>(var ended) when ended.jobId().equals(record.key()) -> {
        view.put(ended);
        yield Optional.empty();
      }
      case Decoded.Message<EndedPrediction>(var ended) ->
          passOver(record, Unread.because("It is of job " + ended.jobId() + "."));
      case Decoded.UnknownSchema<EndedPrediction>(long fingerprint) ->
          passOver(record, Unread.unknownSchema(fingerprint));
      case Decoded.Malformed<EndedPrediction>(String why) -> passOver(record, Unread.because(why));
    };
  }

  private Optional<SchemaWait.Waiting> takeOverFacts(
      ConsumerRecord<String, ByteBuffer> record, long nowMs) {
    var part = FactPart.at(record.key());
    var jobId = FactPart.jobId(record.key());
    // Both topics are partitioned as sluice.jobs is.
    if (part.isEmpty() || Topic.partition(jobId, statePartitions) != record.partition()) {
      return passOver(
          record, Unread.because("It belongs to another partition, or is no fact of a job."));
    }
    if (record.value() == null) {
      view.remove(jobId, part.get());
      return Optional.empty();
    }
    switch (codec.decode(JobFacts.class, record.value())) {
      case Decoded.Message<JobFacts>(var facts) when FactPart.key(facts).equals(record.key()) ->
          view.put(facts);
      case Decoded.Message<JobFacts>(var facts) ->
          passOverState(record, Unread.because("It is " + FactPart.key(facts) + "."));
      case Decoded.UnknownSchema<JobFacts>(long fingerprint) -> {
        var waiting = schemas.of(fingerprint, record.timestamp(), nowMs);
        if (waiting.isPresent()) {
          return waiting;
        }
        passOverState(record, Unread.unknownSchema(fingerprint));
      }
      case Decoded.Malformed<JobFacts>(String why) -> passOverState(record, Unread.because(why));
    }
    return Optional.empty();
  }

  private Optional<SchemaWait.Waiting> takeOverState(
      ConsumerRecord<String, ByteBuffer> record, long nowMs) {
    if (StateKeys.isForeign(record.key(), record.partition(), statePartitions)) {
      return passOver(record, Unread.because("It belongs to another partition."));
    }
    if (record.value() == null) {
      view.remove(record.key());
      return Optional.empty();
    }
    switch (codec.decode(StateRecord.class, record.value())) {
      case Decoded.Message<StateRecord>(StateRecord(var stored))
          when StateKeys.isAt(record.key(), record.partition(), statePartitions, stored) ->
          view.put(stored);
      case Decoded.Message<StateRecord>(StateRecord(var stored)) ->
          passOverState(record, Unread.because("It is the state of " + StateKeys.of(stored) + "."));
      case Decoded.UnknownSchema<StateRecord>(long fingerprint) -> {
        var waiting = schemas.of(fingerprint, record.timestamp(), nowMs);
        if (waiting.isPresent()) {
          return waiting;
        }
        passOverState(record, Unread.unknownSchema(fingerprint));
      }
      case Decoded.Malformed<StateRecord>(String why) -> passOverState(record, Unread.because(why));
    }
    return Optional.empty();
  }

  private void passOverState(ConsumerRecord<String, ByteBuffer> record, Unread unread) {
    view.unread().add(record.key(), DeadLetters.place(record), unread.why());
    passedOver.accept(record, unread);
  }

  private Optional<SchemaWait.Waiting> takeOverHeartbeat(
      ConsumerRecord<String, ByteBuffer> record) {
    if (record.value() == null) {
      view.fleet().remove(record.key(), record.timestamp());
      return Optional.empty();
    }
    return switch (codec.decode(WorkerHeartbeat.class, record.value())) {
      case Decoded.Message<WorkerHeartbeat>(var heartbeat) -> {
        view.fleet().put(heartbeat, record.timestamp());
        yield Optional.empty();
      }
      // It is said once of a schema, and not twice a second.
      case Decoded.UnknownSchema<WorkerHeartbeat>(long fingerprint) ->
          strange.size() < STRANGE_MAX && strange.add(fingerprint)
              ? passOver(record, Unread.unknownSchema(fingerprint))
              : Optional.empty();
      case Decoded.Malformed<WorkerHeartbeat>(String why) -> passOver(record, Unread.because(why));
    };
  }

  private Optional<SchemaWait.Waiting> passOver(
      ConsumerRecord<String, ByteBuffer> record, Unread unread) {
    passedOver.accept(record, unread);
    return Optional.empty();
  }
}
