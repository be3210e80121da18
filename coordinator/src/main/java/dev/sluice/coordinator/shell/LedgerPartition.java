package dev.sluice.coordinator.shell;

import dev.sluice.coordinator.ledger.Decision;
import dev.sluice.coordinator.ledger.Effect;
import dev.sluice.coordinator.ledger.Ledger;
import dev.sluice.coordinator.ledger.LedgerState;
import dev.sluice.coordinator.ledger.Moment;
import dev.sluice.coordinator.placement.Fleet;
import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.codec.Decoded;
import dev.sluice.schemas.kafka.KafkaSettings;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.DeadLetter;
import dev.sluice.schemas.wire.Fault;
import dev.sluice.schemas.wire.GradientRecord;
import dev.sluice.schemas.wire.JobRecord;
import dev.sluice.schemas.wire.LedgerCursor;
import dev.sluice.schemas.wire.StateRecord;
import dev.sluice.schemas.wire.StoredState;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One partition of the ledger as this process owns it: its state and its transactional producer.
 *
 * <p>Takeover has one order: {@code initTransactions} first, which fences the owner before and
 * completes or aborts what it left open; then the states up to the end; then on from the cursor
 * stored there. Group offsets serve lag only.
 */
final class LedgerPartition implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(LedgerPartition.class);
  private static final int DEAD_LETTER_BYTES_MAX = 1024 * 1024;
  private static final int FORGET_MAX = 100;
  private static final Duration CLOSE_MAX = Duration.ofSeconds(5);

  private final int partition;
  private final Codec codec;
  private final Ledger ledger;
  private final String origin;
  private final Map<Topic, Integer> partitions;
  private final LedgerState state = new LedgerState();
  private final KafkaProducer<String, byte[]> producer;

  private LedgerPartition(
      int partition,
      Codec codec,
      Ledger ledger,
      String origin,
      Map<Topic, Integer> partitions,
      KafkaProducer<String, byte[]> producer) {
    this.partition = partition;
    this.codec = codec;
    this.ledger = ledger;
    this.origin = origin;
    this.partitions = partitions;
    this.producer = producer;
  }

  static LedgerPartition takeOver(
      int partition,
      KafkaSettings kafka,
      Codec codec,
      Ledger ledger,
      String origin,
      Map<Topic, Integer> partitions) {
    var producer =
        new KafkaProducer<String, byte[]>(
            kafka.transactionalProducer("sluice-ledger-" + partition));
    producer.initTransactions();
    var owned = new LedgerPartition(partition, codec, ledger, origin, partitions, producer);
    TopicTail.read(
        kafka.committedReader(),
        new TopicPartition(Topic.JOB_STATES.topicName(), partition),
        owned::recover);
    LOG.info(
        "Ledger partition {} taken over: {} active jobs, next offset {}.",
        partition,
        owned.state.activeJobs().size(),
        owned.state.nextOffset());
    return owned;
  }

  /** Offset of the next record to decide on. */
  long nextOffset() {
    return state.nextOffset();
  }

  LedgerState state() {
    return state;
  }

  private void recover(ConsumerRecord<String, ByteBuffer> record) {
    if (record.value() == null) {
      state.forget(record.key());
      return;
    }
    switch (codec.decode(StateRecord.class, record.value())) {
      case Decoded.Message<StateRecord>(var stored) -> state.apply(stored.state());
      case Decoded.UnknownSchema<StateRecord>(long fingerprint) ->
          throw new IllegalStateException(
              "State %s was written with schema %x, which %s does not hold"
                  .formatted(record.key(), fingerprint, Topic.SCHEMAS.topicName()));
      case Decoded.Malformed<StateRecord>(String why) ->
          throw new IllegalStateException("State " + record.key() + " is malformed: " + why);
    }
  }

  /**
   * Decides on records in order and writes everything in one transaction.
   *
   * @return the schema fingerprint that the next record waits for, or null where all were decided
   *     on
   */
  @Nullable Long decide(
      List<ConsumerRecord<String, ByteBuffer>> records, Fleet fleet, ConsumerGroupMetadata group) {
    long next = state.nextOffset();
    Long unknown = null;
    producer.beginTransaction();
    for (var record : records) {
      if (record.offset() < next) {
        continue;
      }
      var decoded = codec.decode(JobRecord.class, record.value());
      if (decoded instanceof Decoded.UnknownSchema<JobRecord>(long fingerprint)) {
        unknown = fingerprint;
        break;
      }
      switch (decoded) {
        case Decoded.Message<JobRecord>(var job) ->
            decide(job, new Moment(record.timestamp(), fleet));
        case Decoded.Malformed<JobRecord>(String why) -> bury(record, why);
        case Decoded.UnknownSchema<JobRecord> waits -> throw new IllegalStateException("handled");
      }
      next = record.offset() + 1;
    }
    store(new LedgerCursor(next));
    producer.sendOffsetsToTransaction(
        Map.of(new TopicPartition(Topic.JOBS.topicName(), partition), new OffsetAndMetadata(next)),
        group);
    producer.commitTransaction();
    return unknown;
  }

  /** Removes the states of jobs that ended before a moment. */
  void forget(long endedBeforeMs) {
    var old = state.endedBefore(endedBeforeMs, FORGET_MAX);
    if (old.isEmpty()) {
      return;
    }
    producer.beginTransaction();
    for (var ended : old) {
      for (int chunk = 0; chunk < ended.chunks(); chunk++) {
        remove(LedgerState.chunkKey(ended.jobId(), chunk));
      }
      remove(ended.jobId());
    }
    producer.commitTransaction();
    old.forEach(ended -> state.forget(ended.jobId()));
  }

  private void decide(JobRecord record, Moment moment) {
    var key = Ledger.key(record.event());
    if (key.isPresent()) {
      int owner = Topic.partition(key.get(), count(Topic.JOBS));
      if (owner != partition) {
        // Clients of other languages partition differently; the owner gets it all the same.
        send(Topic.JOBS, owner, key.get(), record);
        return;
      }
    }
    Decision decision = ledger.decide(state, record.event(), moment);
    decision.changes().values().forEach(this::store);
    decision.effects().forEach(this::carryOut);
  }

  private void store(StoredState stored) {
    state.apply(stored);
    send(Topic.JOB_STATES, partition, LedgerState.key(stored), new StateRecord(stored));
  }

  private void carryOut(Effect effect) {
    switch (effect) {
      case Effect.Dispatch(var lane, var priority, var task) ->
          send(
              new ProducerRecord<>(
                  Topic.tasks(lane, priority), null, task.taskId(), codec.encode(task)));
      case Effect.Control(var control) -> send(Topic.CONTROLS, null, control.jobId(), control);
      case Effect.Tell(var key, var event) ->
          send(
              Topic.JOBS,
              Topic.partition(key, count(Topic.JOBS)),
              key,
              new JobRecord(origin, event));
      case Effect.TellAll(var event) -> {
        for (int to = 0; to < count(Topic.JOBS); to++) {
          send(Topic.JOBS, to, "", new JobRecord(origin, event));
        }
      }
      case Effect.Fold(var jobId, var entry) -> {
        for (int to = 0; to < count(Topic.GRADIENTS); to++) {
          send(Topic.GRADIENTS, to, jobId, new GradientRecord(jobId, entry));
        }
      }
      case Effect.Publish(var entry) -> send(Topic.MODELS, null, entry.name(), entry);
      case Effect.Bury(var letter) -> send(Topic.DEAD_LETTERS, null, letter.jobId(), letter);
    }
  }

  private void bury(ConsumerRecord<String, ByteBuffer> record, String why) {
    LOG.warn(
        "{}-{} offset {} goes to the dead letters: {}",
        record.topic(),
        partition,
        record.offset(),
        why);
    var cause =
        new Cause(
            Fault.BAD_INPUT,
            record.topic() + "-" + partition + "@" + record.offset(),
            "A record can't be read.",
            why,
            "Write JobRecord in Avro's single-object encoding, as sluice.avdl has it.");
    var key =
        record.key() == null
            ? null
            : ByteBuffer.wrap(record.key().getBytes(StandardCharsets.UTF_8));
    send(
        Topic.DEAD_LETTERS,
        null,
        record.topic(),
        new DeadLetter(
            cause, "", record.topic(), partition, record.offset(), key, cut(record.value())));
  }

  private static @Nullable ByteBuffer cut(@Nullable ByteBuffer value) {
    return value == null
        ? null
        : value.slice(value.position(), Math.min(value.remaining(), DEAD_LETTER_BYTES_MAX));
  }

  private int count(Topic topic) {
    return partitions.getOrDefault(topic, topic.partitions());
  }

  private void send(Topic topic, @Nullable Integer to, String key, Record message) {
    send(new ProducerRecord<>(topic.topicName(), to, key, codec.encode(message)));
  }

  private void remove(String key) {
    send(new ProducerRecord<>(Topic.JOB_STATES.topicName(), partition, key, null));
  }

  /** A failed send fails the commit: nothing more to do with its future. */
  @SuppressWarnings("FutureReturnValueIgnored")
  private void send(ProducerRecord<String, byte @Nullable []> record) {
    producer.send(record);
  }

  @Override
  public void close() {
    producer.close(CLOSE_MAX);
  }
}
