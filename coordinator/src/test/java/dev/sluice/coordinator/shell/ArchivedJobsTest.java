package dev.sluice.coordinator.shell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.sluice.coordinator.ledger.ClosedJob;
import dev.sluice.platform.kafka.KafkaSettings;
import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.codec.Decoded;
import dev.sluice.schemas.codec.SchemaWait;
import dev.sluice.schemas.topics.FactPart;
import dev.sluice.schemas.topics.StateKeys;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.EndedJobs;
import dev.sluice.schemas.wire.JobFacts;
import dev.sluice.schemas.wire.JobState;
import dev.sluice.schemas.wire.JobStatus;
import dev.sluice.schemas.wire.ManifestChunk;
import dev.sluice.schemas.wire.Measured;
import dev.sluice.schemas.wire.StateRecord;
import dev.sluice.schemas.wire.ValidationCurve;
import dev.sluice.schemas.wire.ValidationPoint;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What is written where a job leaves for the history. */
class ArchivedJobsTest {

  private static final int PARTITION = 3;
  private static final long ENDED_MS = 1_234_567;
  private static final long LEFT_MS = ENDED_MS + 30_000;
  private static final String RECORD = StateKeys.ended(PARTITION, 0);

  private final Codec codec = Codec.builtIn();
  private final LedgerRecords records = new LedgerRecords(PARTITION, codec, "test", Map.of());
  private final ValidationCurve curve =
      new ValidationCurve("mine", List.of(new ValidationPoint(4, 0.5, 0.9)));
  private final List<ManifestChunk> chunks =
      List.of(
          new ManifestChunk("mine", 0, List.of(), Measured.NOTHING),
          new ManifestChunk("mine", 1, List.of(), Measured.NOTHING));
  private final ClosedJob job = new ClosedJob(state(), facts(), curve, chunks);
  private final EndedJobs ended = EndedJobs.of(PARTITION, 0, List.of(job.remembered(LEFT_MS)));

  @Test
  void everyRecordOfTheHistoryCarriesTheTimeAtWhichItLeftAndTheStateIsTheLast() {
    var history = records.history(job, LEFT_MS);

    assertThat(history)
        .allSatisfy(
            record -> {
              assertThat(record.topic()).isEqualTo(Topic.JOB_HISTORY.topicName());
              assertThat(record.partition()).isEqualTo(PARTITION);
              assertThat(record.timestamp()).isEqualTo(LEFT_MS);
            });
    assertThat(history)
        .extracting(ProducerRecord::key)
        .hasSize(facts().size() + 4)
        .containsAll(facts().stream().map(FactPart::key).toList())
        .contains("mine/curve", "mine/0", "mine/1")
        .endsWith("mine");
    assertThat(codec.decode(StateRecord.class, history.getLast().value()))
        .isEqualTo(new Decoded.Message<>(new StateRecord(job.state())));
    var first = history.getFirst();
    assertThat(codec.decode(JobFacts.class, first.value()))
        .isEqualTo(new Decoded.Message<>(facts().getFirst()));
  }

  @Test
  void aCurveWithoutPointsIsNotInTheHistory() {
    var none = new ValidationCurve("mine", List.of());
    assertThat(records.history(new ClosedJob(state(), facts(), none, List.of()), LEFT_MS))
        .extracting(ProducerRecord::key)
        .doesNotContain("mine/curve")
        .hasSize(facts().size() + 1);
  }

  @Test
  void nothingOfTheJobStaysWhereItWas() {
    var removal = records.removal(job);

    assertThat(removal).allSatisfy(record -> assertThat(record.value()).isNull());
    assertThat(keys(removal, Topic.JOB_STATES))
        .containsExactlyInAnyOrder("mine", "mine/curve", "mine/0", "mine/1");
    assertThat(keys(removal, Topic.JOB_FACTS)).containsExactlyInAnyOrderElementsOf(kept());
    assertThat(keys(removal, Topic.CONTROLS)).containsExactly("mine");
    assertThat(removal)
        .filteredOn(record -> !record.topic().equals(Topic.CONTROLS.topicName()))
        .allSatisfy(record -> assertThat(record.partition()).isEqualTo(PARTITION));
  }

  @Test
  void whichJobsHaveEndedIsSaidToTheLedgerAndToWorkersAndTakenBackFromBoth() {
    var remembered = records.remembered(ended);
    assertThat(remembered).extracting(ProducerRecord::key).containsExactly(RECORD, RECORD);
    assertThat(remembered.getFirst().topic()).isEqualTo(Topic.JOB_STATES.topicName());
    assertThat(remembered.getFirst().partition()).isEqualTo(PARTITION);
    assertThat(codec.decode(StateRecord.class, remembered.getFirst().value()))
        .isEqualTo(new Decoded.Message<>(new StateRecord(ended)));
    assertThat(remembered.getLast().topic()).isEqualTo(Topic.CONTROLS.topicName());
    assertThat(codec.decode(EndedJobs.class, remembered.getLast().value()))
        .isEqualTo(new Decoded.Message<>(ended));

    assertThat(records.forgotten(ended))
        .extracting(ProducerRecord::topic, ProducerRecord::key, ProducerRecord::value)
        .containsExactly(
            tuple(Topic.JOB_STATES.topicName(), RECORD, null),
            tuple(Topic.CONTROLS.topicName(), RECORD, null));
  }

  @Test
  void aJobLeavesInOneTransactionInWhichItsEndIsRememberedBeforeItIsRemoved() {
    var producer =
        new MockProducer<String, byte[]>(
            true, null, new StringSerializer(), new ByteArraySerializer());
    var kafka = KafkaSettings.of("127.0.0.1:1");
    var store =
        new KafkaLedgerStore(
            PARTITION,
            kafka,
            codec,
            records,
            lane -> {},
            new SchemaWait(1),
            new FixedLogs(0, 0),
            producer);
    store.fence();
    store.begin();
    store.archive(List.of(job), List.of(ended), LEFT_MS);
    assertThat(producer.history()).as("all at once").isEmpty();
    store.commit();

    assertThat(producer.commitCount()).isEqualTo(1);
    assertThat(keys(producer.history(), Topic.JOB_STATES))
        .startsWith(RECORD)
        .contains("mine", "mine/curve", "mine/0", "mine/1");
    assertThat(keys(producer.history(), Topic.CONTROLS)).containsExactly(RECORD, "mine");
    assertThat(keys(producer.history(), Topic.JOB_HISTORY)).endsWith("mine");
    assertThat(keys(producer.history(), Topic.JOB_FACTS)).containsAll(kept());
    store.close();
  }

  /** Keys of its facts; a cause may have been there before it had none. */
  private List<String> kept() {
    return Stream.concat(
            job.facts().stream().map(FactPart::key), Stream.of(FactPart.CAUSE.key("mine")))
        .distinct()
        .toList();
  }

  private static List<String> keys(
      List<? extends ProducerRecord<String, ? extends byte @Nullable []>> records, Topic topic) {
    return records.stream()
        .filter(record -> record.topic().equals(topic.topicName()))
        .map(ProducerRecord::key)
        .toList();
  }

  private static List<JobFacts> facts() {
    return new ArrayList<>(StateRecoveryTest.submitted("mine").facts().values());
  }

  private static JobState state() {
    var job = Objects.requireNonNull(StateRecoveryTest.submitted("mine").jobs().get("mine"));
    var state = job.state();
    return new JobState(
        state.jobId(),
        state.bodyDigest(),
        state.facts(),
        JobStatus.CANCELLED,
        state.submittedMs(),
        ENDED_MS,
        ENDED_MS,
        state.lane(),
        state.epoch(),
        List.of(),
        state.training(),
        state.inference(),
        state.version(),
        state.registeredMs(),
        state.placement());
  }
}
