package dev.sluice.coordinator.shell;

import dev.sluice.coordinator.ledger.Decision;
import dev.sluice.coordinator.ledger.Effect;
import dev.sluice.coordinator.ledger.LedgerState;
import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.kafka.DeadLetters;
import dev.sluice.schemas.topics.StateKeys;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.DeadLetter;
import dev.sluice.schemas.wire.GradientRecord;
import dev.sluice.schemas.wire.JobRecord;
import dev.sluice.schemas.wire.StateRecord;
import dev.sluice.schemas.wire.StoredState;
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

  private static final int BYTES_MAX = Topic.RECORD_BYTES_MAX - OVERHEAD_BYTES;

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

    TooLarge(String topic, String key, int bytes) {
      super(
          String.format(
              Locale.ROOT,
              "The record %s for %s would have %d bytes; at most %d can be stored.",
              key,
              topic,
              bytes,
              BYTES_MAX));
    }
  }

  /**
   * Everything that a decision writes: states first, then effects, each in their order.
   *
   * @throws TooLarge where one of them can't be stored
   */
  List<ProducerRecord<String, byte @Nullable []>> of(Decision decision) {
    var records = new ArrayList<ProducerRecord<String, byte @Nullable []>>();
    decision.changes().values().forEach(state -> records.add(of(state)));
    decision.effects().forEach(effect -> add(effect, records));
    return records;
  }

  ProducerRecord<String, byte @Nullable []> of(StoredState state) {
    return state(StateKeys.of(state), codec.encode(new StateRecord(state)));
  }

  /** A state as it is stored; null removes it. */
  ProducerRecord<String, byte @Nullable []> state(String key, byte @Nullable [] value) {
    return record(Topic.JOB_STATES, partition, key, value);
  }

  ProducerRecord<String, byte @Nullable []> of(DeadLetter letter) {
    var record = DeadLetters.record(letter, codec);
    return new ProducerRecord<>(record.topic(), record.key(), record.value());
  }

  /** A record of {@code sluice.jobs} for the owner of a key. */
  ProducerRecord<String, byte @Nullable []> forOwner(String key, JobRecord record) {
    return record(Topic.JOBS, owner(key), key, codec.encode(record));
  }

  /** The end of everything that is stored about a job, and of what workers are told about it. */
  List<ProducerRecord<String, byte @Nullable []>> removal(LedgerState.Ended ended) {
    var records = new ArrayList<ProducerRecord<String, byte @Nullable []>>();
    for (int chunk = 0; chunk < ended.chunks(); chunk++) {
      records.add(record(Topic.JOB_STATES, partition, StateKeys.chunk(ended.jobId(), chunk), null));
    }
    records.add(record(Topic.JOB_STATES, partition, ended.jobId(), null));
    records.add(record(Topic.CONTROLS, null, ended.jobId(), null));
    return records;
  }

  /** Partition of {@code sluice.jobs} that a key belongs to. */
  int owner(String key) {
    return Topic.partition(key, count(Topic.JOBS));
  }

  /** Partitions of {@code sluice.job-states}. */
  int statePartitions() {
    return count(Topic.JOB_STATES);
  }

  private void add(Effect effect, List<ProducerRecord<String, byte @Nullable []>> records) {
    switch (effect) {
      // Partitions that an operator adds to a task topic stay empty: there is nothing to keep
      // apart.
      case Effect.Dispatch(var lane, var priority, var task) ->
          records.add(
              checked(
                  new ProducerRecord<>(
                      Topic.tasks(lane, priority), 0, task.taskId(), codec.encode(task))));
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
      case Effect.Publish(var entry) ->
          records.add(record(Topic.MODELS, null, entry.name(), codec.encode(entry)));
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
    var value = record.value();
    if (value != null && value.length > BYTES_MAX) {
      throw new TooLarge(record.topic(), record.key(), value.length);
    }
    return record;
  }
}
