package dev.sluice.coordinator.shell;

import dev.sluice.coordinator.ledger.Decision;
import dev.sluice.coordinator.ledger.Ledger;
import dev.sluice.coordinator.ledger.LedgerState;
import dev.sluice.coordinator.ledger.Moment;
import dev.sluice.coordinator.placement.Fleet;
import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.codec.Decoded;
import dev.sluice.schemas.codec.SchemaWait;
import dev.sluice.schemas.kafka.DeadLetters;
import dev.sluice.schemas.kafka.Grouped;
import dev.sluice.schemas.kafka.KafkaSettings;
import dev.sluice.schemas.kafka.Unread;
import dev.sluice.schemas.topics.Groups;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.DeadLetterReason;
import dev.sluice.schemas.wire.Fault;
import dev.sluice.schemas.wire.JobRecord;
import dev.sluice.schemas.wire.LedgerCursor;
import dev.sluice.schemas.wire.StoredState;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
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
  private static final Grouped PARKED = new Grouped(LOG::warn);
  private static final int FORGET_MAX = 100;

  /**
   * States written anew in one transaction, and their bytes with the letters': a record has 8 MiB.
   */
  private static final int MENDED_MAX = 10;

  private static final long MENDED_BYTES_MAX = 8L << 20;

  private static final Duration CLOSE_MAX = Duration.ofSeconds(5);

  private final int partition;
  private final Codec codec;
  private final Ledger ledger;
  private final LedgerRecords records;
  private final Lanes lanes;
  private final LedgerState state = new LedgerState();
  private final SchemaWait schemas;
  private final Producer<String, byte[]> producer;

  /** Makes the topics of lanes, at most once each. */
  interface Lanes {
    void ensure(String lane);
  }

  /**
   * @param schemas how long records wait for their schemas; of this partition alone
   * @param producer of this partition alone, ready for transactions once it is fenced
   */
  LedgerPartition(
      int partition,
      Codec codec,
      Ledger ledger,
      LedgerRecords records,
      Lanes lanes,
      SchemaWait schemas,
      Producer<String, byte[]> producer) {
    this.partition = partition;
    this.codec = codec;
    this.ledger = ledger;
    this.records = records;
    this.lanes = lanes;
    this.schemas = schemas;
    this.producer = producer;
  }

  /**
   * Takes a partition over.
   *
   * @throws KafkaException where the brokers do not answer in time, a state waits for its schema,
   *     or too little is left of what another program has overwritten
   */
  static LedgerPartition takeOver(
      int partition,
      KafkaSettings kafka,
      Codec codec,
      Ledger ledger,
      LedgerRecords records,
      Lanes lanes,
      SchemaWait schemas) {
    var producer =
        new KafkaProducer<String, byte[]>(
            kafka.transactionalProducer(
                Groups.transactionalId(Groups.LEDGER, partition),
                KafkaSettings.LEDGER_TRANSACTION_MS_MAX));
    var owned = new LedgerPartition(partition, codec, ledger, records, lanes, schemas, producer);
    var states = new TopicPartition(Topic.JOB_STATES.topicName(), partition);
    try {
      producer.initTransactions();
      var recovery = new StateRecovery(codec, owned.state, records.statePartitions(), schemas);
      TopicTail.read(kafka.committedScan(), states, recovery::read);
      if (recovery.overwritten(TimeUnit.NANOSECONDS.toMillis(System.nanoTime()))) {
        TopicTail.read(kafka.committedScan(), states, recovery::readBefore);
        if (recovery.lacksModels()) {
          TopicTail.read(
              kafka.committedScan(),
              new TopicPartition(Topic.MODELS.topicName(), 0),
              recovery::readModel);
        }
        owned.mend(recovery.mended());
      }
    } catch (RuntimeException e) {
      owned.close();
      throw e;
    }
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

  private static byte @Nullable [] bytes(@Nullable ByteBuffer value) {
    if (value == null) {
      return null;
    }
    var bytes = new byte[value.remaining()];
    value.duplicate().get(bytes);
    return bytes;
  }

  /** Writes anew what another program has overwritten, a few at a time. */
  void mend(List<StateRecovery.Mended> all) {
    int at = 0;
    while (at < all.size()) {
      producer.beginTransaction();
      long bytes = 0;
      for (int n = 0; n < MENDED_MAX && bytes < MENDED_BYTES_MAX && at < all.size(); n++) {
        var mended = all.get(at++);
        var letter = mended.letter();
        if (letter != null) {
          PARKED.say(
              "states overwritten by other programs",
              "The state of %s at %s: %s %s"
                  .formatted(
                      mended.key(),
                      letter.cause().where(),
                      letter.cause().why(),
                      letter.cause().mend()));
          var said = records.of(letter);
          bytes += said.value().length;
          send(said);
        }
        var written = bytes(mended.state());
        bytes += written == null ? 0 : written.length;
        send(records.state(mended.key(), written));
      }
      producer.commitTransaction();
    }
  }

  /**
   * Decides on records in order and writes everything in one transaction. The group's offsets are
   * no part of it: an owner is fenced by its transactional id alone, and one that goes on must not
   * fail because others join or leave the group meanwhile.
   *
   * @param nowMs the time here, on a clock that only goes forward
   * @return what the next record waits for, or null where all were decided on
   */
  SchemaWait.@Nullable Waiting decide(
      List<ConsumerRecord<String, ByteBuffer>> records, Fleet fleet, long nowMs) {
    long next = state.nextOffset();
    SchemaWait.Waiting waiting = null;
    // What stands behind a record shows how long that has been there, whoever owned it then.
    records.forEach(record -> schemas.heard(record.timestamp()));
    producer.beginTransaction();
    for (var record : records) {
      if (record.offset() < next) {
        continue;
      }
      var decoded = codec.decode(JobRecord.class, record.value());
      if (decoded instanceof Decoded.UnknownSchema<JobRecord>(long fingerprint)) {
        waiting = schemas.of(fingerprint, record.timestamp(), nowMs).orElse(null);
        if (waiting != null) {
          next = record.offset(); // before it may stand the end of a transaction
          break;
        }
      }
      switch (decoded) {
        case Decoded.Message<JobRecord>(var job) -> decide(record, job, fleet);
        case Decoded.Malformed<JobRecord>(String why) -> park(record, Unread.because(why));
        case Decoded.UnknownSchema<JobRecord>(long fingerprint) ->
            park(record, Unread.unknownSchema(fingerprint));
      }
      next = record.offset() + 1;
    }
    store(new LedgerCursor(next));
    producer.commitTransaction();
    return waiting;
  }

  /** Removes the states of jobs that ended before a moment. */
  void forget(long endedBeforeMs) {
    var old = state.endedBefore(endedBeforeMs, FORGET_MAX);
    if (old.isEmpty()) {
      return;
    }
    producer.beginTransaction();
    old.forEach(ended -> records.removal(ended).forEach(this::send));
    producer.commitTransaction();
    old.forEach(ended -> state.forget(ended.jobId()));
  }

  private void decide(ConsumerRecord<String, ByteBuffer> record, JobRecord job, Fleet fleet) {
    var event = job.event();
    var key = Ledger.key(event);
    if (key.isPresent() && records.owner(key.get()) != partition) {
      // Clients of other languages partition differently; the owner gets it all the same.
      send(records.forOwner(key.get(), job));
      return;
    }
    var moment = new Moment(record.timestamp(), fleet);
    Decision decision;
    List<ProducerRecord<String, byte @Nullable []>> written;
    try {
      decision = ledger.decide(state, event, moment);
      written = records.of(decision);
    } catch (RuntimeException e) {
      // Nothing has changed yet. Without its answer this record would stop the partition for ever.
      var cause = undecided(record, e);
      send(records.of(DeadLetters.of(record, "", DeadLetterReason.UNPROCESSABLE, cause)));
      decision = ledger.abandon(state, event, cause, moment);
      written = records.of(decision);
    }
    decision.changes().values().forEach(state::apply);
    decision.lanes().forEach(lanes::ensure);
    written.forEach(this::send);
  }

  private static Cause undecided(ConsumerRecord<String, ByteBuffer> record, RuntimeException why) {
    var place = DeadLetters.place(record);
    if (why instanceof LedgerRecords.TooLarge large) {
      return new Cause(
          Fault.NO_CAPACITY,
          place,
          "What is to be stored is too large.",
          String.valueOf(large.getMessage()),
          "Use fewer or shorter names of columns and classes, or a smaller network.");
    }
    PARKED.say(
        "records of sluice.jobs that can't be decided on",
        place + " goes to the dead letters, as it can't be decided on: " + stack(why));
    return new Cause(
        Fault.OUR_FAULT,
        place,
        "A record can't be decided on.",
        why.toString(),
        "Where another program wrote it, correct that; otherwise report the defect with this"
            + " text.");
  }

  private static String stack(RuntimeException why) {
    var text = new StringWriter();
    why.printStackTrace(new PrintWriter(text));
    return text.toString();
  }

  private void store(StoredState stored) {
    state.apply(stored);
    send(records.of(stored));
  }

  private void park(ConsumerRecord<String, ByteBuffer> record, Unread unread) {
    var place = DeadLetters.place(record);
    PARKED.say(unread.kind(record), place + " goes to the dead letters: " + unread.why());
    var mend =
        unread.reason() == DeadLetterReason.UNKNOWN_SCHEMA
            ? String.format(
                Locale.ROOT,
                "Publish that schema in %s, as JSON; then `sluice dead-letters redrive %s/%d/%d`.",
                Topic.SCHEMAS.topicName(),
                record.topic(),
                record.partition(),
                record.offset())
            : "Write JobRecord in Avro's single-object encoding, as sluice.avdl has it.";
    send(records.of(DeadLetters.of(record, "", unread.reason(), unread.cause(place, mend))));
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
