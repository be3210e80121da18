package dev.sluice.coordinator.shell;

import dev.sluice.coordinator.ledger.ClosedJob;
import dev.sluice.coordinator.ledger.Decision;
import dev.sluice.coordinator.ledger.Effect;
import dev.sluice.platform.kafka.DeadLetters;
import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.topics.FactPart;
import dev.sluice.schemas.topics.StateKeys;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.DeadLetter;
import dev.sluice.schemas.wire.EndedJobs;
import dev.sluice.schemas.wire.EndedPrediction;
import dev.sluice.schemas.wire.GradientRecord;
import dev.sluice.schemas.wire.JobRecord;
import dev.sluice.schemas.wire.StateRecord;
import dev.sluice.schemas.wire.StoredState;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Decisions as records of Kafka. All of a decision's records are made before any is sent: one that
 * no broker would take fails the decision, and not the transaction, which would be tried for ever.
 */
final class LedgerRecords {

  /** Kafka's own framing of a record in a batch is well below this. */
  private static final int OVERHEAD_BYTES = 4 * 1024;

  private static final int BYTES_MAX = Codec.RECORD_BYTES_MAX - OVERHEAD_BYTES;

  private static final int SHOWN_CHARS_MAX = 128;

  private final int partition;
  private final Codec codec;
  private final String origin;
  private final Map<Topic, Integer> partitions;

  LedgerRecords(int partition, Codec codec, String origin, Map<Topic, Integer> partitions) {
    this.partition = partition;
    this.codec = codec;
    this.origin = origin;
    this.partitions = partitions;
  }

  /** A record would be larger than brokers take. */
  static final class TooLarge extends RuntimeException {
    private static final long serialVersionUID = 1L;

    TooLarge(String topic, String key, long bytes) {
      super(
          String.format(
              Locale.ROOT,
              "The record %s for %s would have %d bytes; at most %d can be stored.",
              key.substring(0, Math.min(key.length(), SHOWN_CHARS_MAX)),
              topic,
              bytes,
              BYTES_MAX));
    }
  }

  /**
   * Everything that a decision writes: facts first, then states that refer to them, then what is
   * removed, then effects, each in their order.
   *
   * @throws TooLarge where one of them can't be stored
   */
  List<ProducerRecord<String, byte @Nullable []>> of(Decision decision) {
    var records = new ArrayList<ProducerRecord<String, byte @Nullable []>>();
    decision.facts().forEach((key, facts) -> records.add(facts(key, codec.encode(facts))));
    decision.changes().values().forEach(state -> records.add(of(state)));
    decision.removals().forEach(key -> records.add(state(key, null)));
    decision.predictions().values().forEach(ended -> records.add(prediction(ended)));
    decision.effects().forEach(effect -> add(effect, records));
    return records;
  }

  /** Its time is that by which it is found again. */
  private ProducerRecord<String, byte @Nullable []> prediction(EndedPrediction ended) {
    return checked(
        new ProducerRecord<>(
            Topic.PREDICTIONS.topicName(),
            partition,
            ended.finishedMs(),
            ended.jobId(),
            codec.encode(ended)));
  }

  ProducerRecord<String, byte @Nullable []> of(StoredState state) {
    return state(StateKeys.of(state), codec.encode(new StateRecord(state)));
  }

  /** A state as it is stored; null removes it. */
  ProducerRecord<String, byte @Nullable []> state(String key, byte @Nullable [] value) {
    return record(Topic.JOB_STATES, partition, key, value);
  }

  /** Facts as they are stored; null removes them. */
  ProducerRecord<String, byte @Nullable []> facts(String key, byte @Nullable [] value) {
    return record(Topic.JOB_FACTS, partition, key, value);
  }

  ProducerRecord<String, byte @Nullable []> of(DeadLetter letter) {
    var record = DeadLetters.record(letter, codec);
    return checked(new ProducerRecord<>(record.topic(), record.key(), record.value()));
  }

  /** A record of {@code sluice.jobs} for the owner of a key. */
  ProducerRecord<String, byte @Nullable []> forOwner(String key, JobRecord record) {
    var value = codec.encode(record);
    return record(Topic.JOBS, Topic.partition(key, count(Topic.JOBS)), key, value);
  }

  /**
   * Everything that there is of a job that has ended, for the history; its state is the last.
   *
   * @param leftMs time of the records
   */
  List<ProducerRecord<String, byte @Nullable []>> history(ClosedJob job, long leftMs) {
    var records = new ArrayList<ProducerRecord<String, byte @Nullable []>>();
    job.facts()
        .forEach(facts -> records.add(past(leftMs, FactPart.key(facts), codec.encode(facts))));
    if (!job.curve().points().isEmpty()) {
      records.add(past(leftMs, job.curve()));
    }
    job.chunks().forEach(chunk -> records.add(past(leftMs, chunk)));
    records.add(past(leftMs, job.state()));
    return records;
  }

  private ProducerRecord<String, byte @Nullable []> past(long leftMs, StoredState state) {
    return past(leftMs, StateKeys.of(state), codec.encode(new StateRecord(state)));
  }

  private ProducerRecord<String, byte @Nullable []> past(long leftMs, String key, byte[] value) {
    return checked(
        new ProducerRecord<>(Topic.JOB_HISTORY.topicName(), partition, leftMs, key, value));
  }

  /** Which jobs have ended, for the ledger and for workers. */
  List<ProducerRecord<String, byte @Nullable []>> remembered(EndedJobs ended) {
    return List.of(
        of(ended), record(Topic.CONTROLS, null, StateKeys.of(ended), codec.encode(ended)));
  }

  /** That it is not remembered any more which jobs have ended. */
  List<ProducerRecord<String, byte @Nullable []>> forgotten(EndedJobs ended) {
    var key = StateKeys.of(ended);
    return List.of(state(key, null), record(Topic.CONTROLS, null, key, null));
  }

  /**
   * The end of what is stored about a job that has ended, and of what workers are told about it.
   * What was never there is not removed: whoever starts would have to read that, too.
   */
  List<ProducerRecord<String, byte @Nullable []>> removal(ClosedJob job) {
    var records = new ArrayList<ProducerRecord<String, byte @Nullable []>>();
    job.chunks().forEach(chunk -> records.add(state(StateKeys.of(chunk), null)));
    if (!job.curve().points().isEmpty()) {
      records.add(state(StateKeys.curve(job.jobId()), null));
    }
    records.add(state(job.jobId(), null));
    for (var part : FactPart.values()) {
      // A job that was held has had a cause before.
      if (part == FactPart.CAUSE || part.in(job.state().facts()) != 0) {
        records.add(facts(part.key(job.jobId()), null));
      }
    }
    records.add(record(Topic.CONTROLS, null, job.jobId(), null));
    return records;
  }

  /** The end of everything that may be stored about a job. */
  List<ProducerRecord<String, byte @Nullable []>> removal(String jobId) {
    var records = new ArrayList<ProducerRecord<String, byte @Nullable []>>();
    records.add(state(StateKeys.curve(jobId), null));
    records.add(state(jobId, null));
    for (var part : FactPart.values()) {
      records.add(facts(part.key(jobId), null));
    }
    records.add(record(Topic.CONTROLS, null, jobId, null));
    return records;
  }

  /** Partitions of {@code sluice.job-states}. */
  int statePartitions() {
    return count(Topic.JOB_STATES);
  }

  /** Partitions of {@code sluice.job-facts}. */
  int factPartitions() {
    return count(Topic.JOB_FACTS);
  }

  private void add(Effect effect, List<ProducerRecord<String, byte @Nullable []>> records) {
    switch (effect) {
      // Partitions that an operator adds to a task topic stay empty: there is nothing to keep
      // apart.
      case Effect.Dispatch dispatch ->
          records.add(
              checked(
                  new ProducerRecord<>(
                      Topic.tasks(dispatch.queue(), dispatch.priority()),
                      0,
                      dispatch.task().taskId(),
                      codec.encode(dispatch.task()))));
      case Effect.Control(var control) ->
          records.add(record(Topic.CONTROLS, null, control.jobId(), codec.encode(control)));
      case Effect.Tell(var key, var event) ->
          records.add(forOwner(key, new JobRecord(origin, event)));
      case Effect.TellAll(var event) -> {
        var value = codec.encode(new JobRecord(origin, event));
        for (int to = 0; to < count(Topic.JOBS); to++) {
          records.add(record(Topic.JOBS, to, "", value));
        }
      }
      case Effect.Fold(var jobId, var entry) -> {
        var value = codec.encode(new GradientRecord(jobId, entry));
        for (int to = 0; to < count(Topic.GRADIENTS); to++) {
          records.add(record(Topic.GRADIENTS, to, jobId, value));
        }
      }
      case Effect.PublishLane(var lane) ->
          records.add(record(Topic.LANES, null, lane.lane(), codec.encode(lane)));
      case Effect.Publish(var entry) ->
          records.add(record(Topic.MODELS, null, entry.name(), codec.encode(entry)));
      case Effect.PublishVersion(var version) ->
          records.add(
              record(
                  Topic.MODELS,
                  null,
                  StateKeys.published(version.name(), version.version()),
                  codec.encode(version)));
      case Effect.Withdraw(var model, int version) ->
          records.add(record(Topic.MODELS, null, StateKeys.published(model, version), null));
      case Effect.Bury(var letter) -> records.add(of(letter));
    }
  }

  private int count(Topic topic) {
    return partitions.getOrDefault(topic, topic.partitions());
  }

  private static ProducerRecord<String, byte @Nullable []> record(
      Topic topic, @Nullable Integer to, String key, byte @Nullable [] value) {
    return checked(new ProducerRecord<>(topic.topicName(), to, key, value));
  }

  private static ProducerRecord<String, byte @Nullable []> checked(
      ProducerRecord<String, byte @Nullable []> record) {
    long bytes = bytes(record);
    if (bytes > BYTES_MAX) {
      throw new TooLarge(record.topic(), record.key(), bytes);
    }
    return record;
  }

  /** What brokers count of a record. */
  static long bytes(ProducerRecord<String, byte @Nullable []> record) {
    var value = record.value();
    var key = record.key();
    return (value == null ? 0L : value.length)
        + (key == null ? 0 : key.getBytes(StandardCharsets.UTF_8).length);
  }
}
