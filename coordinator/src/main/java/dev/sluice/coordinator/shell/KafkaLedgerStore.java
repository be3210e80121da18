package dev.sluice.coordinator.shell;

import dev.sluice.coordinator.ledger.ClosedJob;
import dev.sluice.coordinator.ledger.Decision;
import dev.sluice.coordinator.ledger.LedgerState;
import dev.sluice.coordinator.runtime.LedgerStore;
import dev.sluice.coordinator.runtime.Position;
import dev.sluice.platform.kafka.Grouped;
import dev.sluice.platform.kafka.KafkaSettings;
import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.codec.SchemaWait;
import dev.sluice.schemas.topics.Groups;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.DeadLetter;
import dev.sluice.schemas.wire.EndedJobs;
import dev.sluice.schemas.wire.JobRecord;
import dev.sluice.schemas.wire.LedgerCursor;
import dev.sluice.schemas.wire.ModelVersion;
import dev.sluice.schemas.wire.Submitted;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A ledger partition's states and facts in {@code sluice.job-states} and {@code sluice.job-facts},
 * and its transactional producer. A transaction is open only while it is sent: everything before
 * happens in memory.
 */
final class KafkaLedgerStore implements LedgerStore {

  private static final Logger LOG = LoggerFactory.getLogger(KafkaLedgerStore.class);
  private static final Grouped LETTERS = new Grouped(LOG::warn);

  /**
   * States written anew in one transaction, and their bytes with the letters': a record has 8 MiB.
   */
  private static final int MENDED_MAX = 10;

  private static final long MENDED_BYTES_MAX = 8L << 20;

  private static final Duration CLOSE_MAX = Duration.ofSeconds(5);

  private final int partition;
  private final KafkaSettings kafka;
  private final Codec codec;
  private final LedgerRecords records;
  private final Lanes lanes;
  private final SchemaWait schemas;
  private final TopicPartition jobs;
  private final Logs logs;
  private final Producer<String, byte[]> producer;

  /** What the transaction in hand will write, by key and in order; and to which queues. */
  private final Map<String, ProducerRecord<String, byte @Nullable []>> facts =
      new LinkedHashMap<>();

  private final LinkedHashMap<String, ProducerRecord<String, byte @Nullable []>> states =
      new LinkedHashMap<>();

  private final List<ProducerRecord<String, byte @Nullable []>> sent = new ArrayList<>();
  private final Set<String> queues = new LinkedHashSet<>();
  private long bytes;
  private final TopicTail.Progress progress = new TopicTail.Progress();
  private final StoredVersions versions;
  private final SubmittedJobs submitted;

  /** Makes the topics of lanes, at most once each. */
  interface Lanes {
    void ensure(String lane);
  }

  /**
   * @param schemas how long records wait for their schemas; of this partition alone
   * @param producer of this partition alone
   */
  KafkaLedgerStore(
      int partition,
      KafkaSettings kafka,
      Codec codec,
      LedgerRecords records,
      Lanes lanes,
      SchemaWait schemas,
      Logs logs,
      Producer<String, byte[]> producer) {
    this.partition = partition;
    this.kafka = kafka;
    this.codec = codec;
    this.records = records;
    this.lanes = lanes;
    this.schemas = schemas;
    this.logs = logs;
    jobs = new TopicPartition(Topic.JOBS.topicName(), partition);
    this.producer = producer;
    this.versions = new StoredVersions(kafka, codec, partition);
    this.submitted = new SubmittedJobs(kafka, codec, partition);
  }

  /** The producer of a partition: whoever has it fences who had it before. */
  static Producer<String, byte[]> producer(KafkaSettings kafka, int partition) {
    return Brokers.ask(
        () ->
            new KafkaProducer<>(
                kafka.transactionalProducer(
                    Groups.transactionalId(Groups.LEDGER, partition),
                    KafkaSettings.LEDGER_TRANSACTION_MS_MAX)));
  }

  @Override
  public void fence() {
    Brokers.tell(producer::initTransactions);
  }

  /**
   * {@inheritDoc}
   *
   * @throws dev.sluice.coordinator.runtime.Unavailable also where a state waits for its schema, or
   *     too little is left of what another program has overwritten
   */
  @Override
  public Bounds load(LedgerState into) {
    Brokers.tell(() -> read(into));
    // Not before: until it was fenced, the owner before could store a cursor beyond this end.
    var log = Brokers.ask(() -> bounds(into.cursor()));
    LOG.info(
        "Ledger partition {} taken over: {} active jobs, next offset {}, log from {} to {}.",
        partition,
        into.activeJobs().size(),
        into.cursor().nextOffset(),
        log.beginning(),
        log.end());
    return log;
  }

  /**
   * What was appended since the end was lost stands before the log's end, too, and was not decided
   * on; the leader epoch tells it from what was. Where the log is long again, its reader finds out.
   */
  private Bounds bounds(LedgerCursor cursor) {
    var log = logs.bounds(jobs);
    var read = new Position(cursor.nextOffset(), cursor.leaderEpoch());
    return new Bounds(
        log.beginning(),
        read.offset() > log.end() ? Math.min(log.end(), logs.sameUpTo(jobs, read)) : log.end());
  }

  @Override
  public void lost(String what) {
    LOG.error("{}", what);
  }

  private void read(LedgerState into) {
    var states = new TopicPartition(Topic.JOB_STATES.topicName(), partition);
    long statesEnd = logs.written(states);
    var recovery = new StateRecovery(codec, into, records.statePartitions(), schemas);
    versions.clear();
    TopicTail.readAll(
        kafka.committedScan(),
        states,
        statesEnd,
        progress,
        record -> {
          recovery.read(record);
          versions.read(record);
        });
    if (recovery.overwritten(TimeUnit.NANOSECONDS.toMillis(System.nanoTime()))) {
      TopicTail.readAll(kafka.committedScan(), states, statesEnd, progress, recovery::readBefore);
      if (recovery.lacksModels()) {
        TopicTail.read(
            kafka.committedScan(),
            new TopicPartition(Topic.MODELS.topicName(), 0),
            progress,
            recovery::readModel);
      }
      mend(recovery.mended(), records::state);
    }
    var facts = new TopicPartition(Topic.JOB_FACTS.topicName(), partition);
    long factsEnd = logs.written(facts);
    var known = new FactsRecovery(codec, into, records.factPartitions(), schemas);
    TopicTail.readAll(kafka.committedScan(), facts, factsEnd, progress, known::read);
    if (known.overwritten(TimeUnit.NANOSECONDS.toMillis(System.nanoTime()))) {
      TopicTail.readAll(kafka.committedScan(), facts, factsEnd, progress, known::readBefore);
      mend(known.mended(), records::facts);
    }
  }

  /** A record with its key and its bytes as they were. */
  private interface AsItWas {
    ProducerRecord<String, byte @Nullable []> of(String key, byte @Nullable [] value);
  }

  @Override
  public ModelVersion version(String model, int version) {
    return Brokers.ask(() -> versions.get(model, version));
  }

  @Override
  public @Nullable Submitted submitted(long offset) {
    return Brokers.ask(() -> Optional.ofNullable(submitted.at(offset))).orElse(null);
  }

  @Override
  public void remember(List<EndedJobs> remembered) {
    // Before the removals of these jobs: whoever follows the states finds them all the while.
    for (var ended : remembered.reversed()) {
      var record = records.of(ended);
      bytes += LedgerRecords.bytes(record);
      states.putFirst(record.key(), record);
    }
  }

  @Override
  public String progress() {
    return progress.toString();
  }

  /** Writes anew what another program has overwritten, a few at a time. */
  private void mend(List<Mended> all, AsItWas record) {
    int at = 0;
    while (at < all.size()) {
      begin();
      long bytes = 0;
      for (int n = 0; n < MENDED_MAX && bytes < MENDED_BYTES_MAX && at < all.size(); n++) {
        var mended = all.get(at++);
        var letter = mended.letter();
        if (letter != null) {
          LETTERS.say(
              "states and facts overwritten by other programs",
              "What is stored of %s at %s: %s %s"
                  .formatted(
                      mended.key(),
                      letter.cause().where(),
                      letter.cause().why(),
                      letter.cause().mend()));
          var said = records.of(letter);
          bytes += said.value().length;
          keep(said);
        }
        var written = bytes(mended.state());
        bytes += written == null ? 0 : written.length;
        keep(record.of(mended.key(), written));
      }
      send();
    }
  }

  private static byte @Nullable [] bytes(@Nullable ByteBuffer value) {
    if (value == null) {
      return null;
    }
    var bytes = new byte[value.remaining()];
    value.duplicate().get(bytes);
    return bytes;
  }

  @Override
  public void begin() {
    facts.clear();
    states.clear();
    sent.clear();
    queues.clear();
    bytes = 0;
  }

  @Override
  public long bytes() {
    return bytes;
  }

  @Override
  public void write(Decision decision) {
    List<ProducerRecord<String, byte @Nullable []>> written;
    try {
      written = records.of(decision);
    } catch (LedgerRecords.TooLarge e) {
      throw new Unwritable(String.valueOf(e.getMessage()));
    }
    queues.addAll(decision.lanes());
    written.forEach(this::keep);
  }

  /** Of a key only the last state and fact in a transaction say anything. */
  private void keep(ProducerRecord<String, byte @Nullable []> record) {
    bytes += LedgerRecords.bytes(record);
    if (record.topic().equals(Topic.JOB_STATES.topicName())) {
      replaced(states.remove(record.key()));
      states.put(record.key(), record);
    } else if (record.topic().equals(Topic.JOB_FACTS.topicName())) {
      replaced(facts.put(record.key(), record));
    } else {
      sent.add(record);
    }
  }

  private void replaced(@Nullable ProducerRecord<String, byte @Nullable []> record) {
    bytes -= record == null ? 0 : LedgerRecords.bytes(record);
  }

  @Override
  public void forward(String key, JobRecord record) {
    try {
      keep(records.forOwner(key, record));
    } catch (LedgerRecords.TooLarge e) {
      throw new Unwritable(String.valueOf(e.getMessage()));
    }
  }

  @Override
  public void bury(String kind, DeadLetter letter, @Nullable RuntimeException why) {
    LETTERS.say(
        kind,
        letter.cause().where()
            + " goes to the dead letters: "
            + (why == null ? letter.cause().why() : stack(why)));
    keep(records.of(letter));
  }

  private static String stack(RuntimeException why) {
    var text = new StringWriter();
    why.printStackTrace(new PrintWriter(text));
    return text.toString();
  }

  @Override
  public void archive(List<ClosedJob> jobs, List<EndedJobs> remembered, long leftMs) {
    // Whoever follows the states hears that a job has ended before it is gone from there.
    remembered.forEach(ended -> records.remembered(ended).forEach(this::keep));
    for (var job : jobs) {
      records.history(job, leftMs).forEach(this::keep);
      records.removal(job).forEach(this::keep);
    }
  }

  @Override
  public void forget(List<EndedJobs> old) {
    old.forEach(ended -> records.forgotten(ended).forEach(this::keep));
  }

  @Override
  public void remove(String jobId) {
    records.removal(jobId).forEach(this::keep);
  }

  @Override
  public void cursor(LedgerCursor next) {
    keep(records.of(next));
  }

  /** A task finds its topic: whoever declared a lane may not have made it. */
  @Override
  public void commit() {
    Brokers.tell(
        () -> {
          queues.forEach(lanes::ensure); // which may take longer than a transaction lives
          send();
        });
  }

  private void send() {
    var stored = new HashMap<String, Future<RecordMetadata>>();
    producer.beginTransaction();
    facts.values().forEach(this::send);
    states.forEach((key, state) -> stored.put(key, producer.send(state)));
    sent.forEach(this::send);
    producer.commitTransaction();
    stored.forEach(
        (key, where) -> {
          if (StoredVersions.isVersion(key)) {
            noteVersion(key, where.resultNow().offset());
          }
        });
  }

  private void noteVersion(String key, long offset) {
    var state = states.get(key);
    if (state == null || state.value() == null) {
      versions.gone(key);
    } else {
      versions.stands(key, offset);
    }
  }

  /** A failed send fails the commit: nothing more to do with its future. */
  @SuppressWarnings("FutureReturnValueIgnored")
  private void send(ProducerRecord<String, byte @Nullable []> record) {
    producer.send(record);
  }

  @Override
  public void close() {
    versions.close();
    submitted.close();
    Brokers.close(producer, CLOSE_MAX);
  }
}
