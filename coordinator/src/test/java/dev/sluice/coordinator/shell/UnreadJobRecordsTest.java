package dev.sluice.coordinator.shell;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.accelerators.catalogue.CatalogueFiles;
import dev.sluice.coordinator.ledger.Ledger;
import dev.sluice.coordinator.ledger.LedgerLimits;
import dev.sluice.coordinator.ledger.Specs;
import dev.sluice.coordinator.placement.Admission;
import dev.sluice.coordinator.runtime.LedgerShard;
import dev.sluice.coordinator.runtime.OneWorker;
import dev.sluice.coordinator.runtime.Position;
import dev.sluice.platform.kafka.KafkaSettings;
import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.codec.Decoded;
import dev.sluice.schemas.codec.SchemaWait;
import dev.sluice.schemas.codec.WireSchemas;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.Aim;
import dev.sluice.schemas.wire.DeadLetter;
import dev.sluice.schemas.wire.DeadLetterReason;
import dev.sluice.schemas.wire.JobRecord;
import dev.sluice.schemas.wire.Submitted;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;

/** Records that can't be read hold up those behind them for a bounded time, and are kept. */
class UnreadJobRecordsTest {

  private static final int WAIT_MS = 30_000;
  private static final long APPENDED_MS = 1_000_000;

  /** The schema of JobRecord under another name of its field: another fingerprint. */
  private static final Schema LATER = later();

  private final Map<Long, Schema> schemas = new HashMap<>();
  private final Codec codec = new Codec(schemas::get);
  private final MockProducer<String, byte[]> producer =
      new MockProducer<>(true, null, new StringSerializer(), new ByteArraySerializer());
  private final SchemaWait waits = new SchemaWait(WAIT_MS);
  private final LedgerShard partition = owned();
  private final List<ConsumerRecord<String, ByteBuffer>> log = new ArrayList<>();

  UnreadJobRecordsTest() {
    producer.initTransactions();
  }

  @Test
  void aRecordOfAnUnknownSchemaIsParkedAfterItsTimeAndThePartitionGoesOn() {
    strange("early", LATER);
    submit("behind");

    var waiting = decide(0);
    assertThat(waiting).isPresent();
    assertThat(waiting.get()).contains(String.format(Locale.ROOT, "%016x", fingerprint(LATER)));
    assertThat(partition.position().offset()).isZero();
    assertThat(jobs()).isEmpty();

    assertThat(decide(WAIT_MS)).isEmpty();

    assertThat(jobs()).containsExactly("behind");
    assertThat(letters())
        .singleElement()
        .satisfies(
            letter -> {
              assertThat(letter.reason()).isEqualTo(DeadLetterReason.UNKNOWN_SCHEMA);
              assertThat(letter.topic()).isEqualTo(Topic.JOBS.topicName());
              assertThat(letter.offset()).isZero();
              assertThat(letter.value()).isEqualTo(log.getFirst().value());
              assertThat(letter.cause().mend())
                  .contains("dead-letters redrive sluice.jobs/0/0", Topic.SCHEMAS.topicName());
            });
  }

  @Test
  void whatWaitsIsToldWhereItStandsAndNotWhereATransactionEndsBeforeIt() {
    submit("first");
    strange("early", LATER);
    var early = log.removeLast();
    log.add(record(2, APPENDED_MS, "early", early.value())); // 1 is the end of a transaction

    assertThat(decide(0)).isPresent();
    assertThat(partition.position().offset()).isEqualTo(2);
  }

  @Test
  void aThousandSuchRecordsAreWaitedForOnceAndAllKept() {
    for (int i = 0; i < 1_000; i++) {
      strange("early-" + i, LATER);
    }
    submit("behind");
    decide(0);

    assertThat(decide(WAIT_MS)).isEmpty();

    assertThat(jobs()).containsExactly("behind");
    assertThat(letters()).hasSize(1_000);
  }

  @Test
  void anOwnerThatTakesOverWaitsForNothingThatNewerRecordsStandBehind() {
    strange("early", LATER);
    log.add(record(1, APPENDED_MS + WAIT_MS, "behind", submission("behind")));

    assertThat(decide(0)).isEmpty();

    assertThat(jobs()).containsExactly("behind");
  }

  @Test
  void aSchemaThatComesInTimeLetsItsRecordBeDecidedOnInOrder() {
    strange("early", LATER);
    submit("behind");
    decide(0);

    schemas.put(fingerprint(LATER), LATER);
    assertThat(decide(1)).isEmpty();

    assertThat(jobs()).containsExactly("early", "behind");
    assertThat(letters()).isEmpty();
  }

  @Test
  void aFingerprintInTheWrongByteOrderIsParkedAtOnce() {
    var value = submission("swapped");
    long fingerprint = value.order(ByteOrder.LITTLE_ENDIAN).getLong(Short.BYTES);
    value.order(ByteOrder.BIG_ENDIAN).putLong(Short.BYTES, fingerprint);
    log.add(record(0, APPENDED_MS, "swapped", value));
    submit("behind");

    assertThat(decide(0)).isEmpty();

    assertThat(jobs()).containsExactly("behind");
    assertThat(letters().getFirst().cause().why()).contains("big-endian");
  }

  private LedgerShard owned() {
    var ledger =
        new Ledger(LedgerLimits.DEFAULT, new Admission(CatalogueFiles.builtIn(), Aim.FINISH));
    var records = new LedgerRecords(0, codec, "test", Map.of(Topic.JOBS, 1));
    var kafka = KafkaSettings.of("127.0.0.1:1");
    var store =
        new KafkaLedgerStore(
            0, kafka, codec, records, lane -> {}, waits, new FixedLogs(0, 0), producer);
    return new LedgerShard(0, 1, LedgerShard.Memory.of(0), ledger, store, new OneWorker());
  }

  /** A world in which nothing happens. */
  private Optional<String> decide(long nowMs) {
    var reading = new KafkaRecord.Reading<>(JobRecord.class, codec, waits, "Write JobRecord.");
    var source = new KafkaSource<>(reading, () -> {});
    source.seek(partition.position());
    source.takeSought();
    source.deliver(log, Position.at(log.getLast().offset() + 1), true);
    var waiting = Optional.<String>empty();
    for (var batch = source.take(); batch != null && waiting.isEmpty(); batch = source.take()) {
      waiting = Optional.ofNullable(partition.handle(batch, nowMs));
      partition.commit();
    }
    return waiting;
  }

  /** Jobs whose states are stored, in that order. */
  private List<String> jobs() {
    return producer.history().stream()
        .filter(record -> record.topic().equals(Topic.JOB_STATES.topicName()))
        .map(record -> record.key())
        .filter(key -> key.equals("early") || key.equals("behind") || key.equals("swapped"))
        .toList();
  }

  private List<DeadLetter> letters() {
    return producer.history().stream()
        .filter(record -> record.topic().equals(Topic.DEAD_LETTERS.topicName()))
        .map(record -> codec.decode(DeadLetter.class, record.value()))
        .map(decoded -> ((Decoded.Message<DeadLetter>) decoded).value())
        .toList();
  }

  private void submit(String jobId) {
    log.add(record(log.size(), APPENDED_MS, jobId, submission(jobId)));
  }

  /** What a later release would write. */
  private void strange(String jobId, Schema schema) {
    var value = submission(jobId);
    value.order(ByteOrder.LITTLE_ENDIAN).putLong(Short.BYTES, fingerprint(schema));
    log.add(record(log.size(), APPENDED_MS, jobId, value));
  }

  private ByteBuffer submission(String jobId) {
    var event = new Submitted(jobId, "", Specs.training(2, 1, null));
    return ByteBuffer.wrap(codec.encode(new JobRecord("test", event)));
  }

  private static ConsumerRecord<String, ByteBuffer> record(
      long offset, long appendedMs, String key, ByteBuffer value) {
    return new ConsumerRecord<>(
        Topic.JOBS.topicName(),
        0,
        offset,
        appendedMs,
        TimestampType.LOG_APPEND_TIME,
        key.length(),
        value.remaining(),
        key,
        value,
        new RecordHeaders(),
        Optional.empty());
  }

  private static long fingerprint(Schema schema) {
    return SchemaNormalization.parsingFingerprint64(schema);
  }

  /** Avro's canonical form leaves defaults out and keeps names: one more symbol is another form. */
  private static Schema later() {
    var today =
        WireSchemas.byFingerprint().values().stream()
            .filter(schema -> schema.getFullName().equals(JobRecord.class.getName()))
            .findFirst()
            .orElseThrow();
    var json = today.toString().replace("\"FINISH\",\"ENERGY\"", "\"FINISH\",\"ENERGY\",\"COST\"");
    return new Schema.Parser().parse(json);
  }
}
