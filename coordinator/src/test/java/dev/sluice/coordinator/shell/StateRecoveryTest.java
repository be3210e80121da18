package dev.sluice.coordinator.shell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.sluice.accelerators.catalogue.CatalogueFiles;
import dev.sluice.coordinator.ledger.Decision;
import dev.sluice.coordinator.ledger.Ledger;
import dev.sluice.coordinator.ledger.LedgerLimits;
import dev.sluice.coordinator.ledger.LedgerState;
import dev.sluice.coordinator.ledger.Moment;
import dev.sluice.coordinator.ledger.Specs;
import dev.sluice.coordinator.placement.Admission;
import dev.sluice.jobs.state.Job;
import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.codec.SchemaWait;
import dev.sluice.schemas.topics.StateKeys;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.Aim;
import dev.sluice.schemas.wire.DeadLetterReason;
import dev.sluice.schemas.wire.Lane;
import dev.sluice.schemas.wire.LedgerCursor;
import dev.sluice.schemas.wire.ModelEntry;
import dev.sluice.schemas.wire.StateRecord;
import dev.sluice.schemas.wire.StoredState;
import dev.sluice.schemas.wire.Submitted;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Whatever other programs write over the states, a takeover ends, with what the ledger had said.
 */
class StateRecoveryTest {

  private static final int WAIT_MS = 30_000;
  private static final long APPENDED_MS = 1_000_000;
  private static final ByteBuffer GARBAGE =
      ByteBuffer.wrap("garbage".getBytes(StandardCharsets.UTF_8));

  private final Codec codec = Codec.builtIn();
  private final LedgerState state = new LedgerState();
  private final SchemaWait schemas = new SchemaWait(WAIT_MS);
  private final StateRecovery recovery = new StateRecovery(codec, state, 1, schemas);
  private final List<ConsumerRecord<String, ByteBuffer>> log = new ArrayList<>();
  private final List<ConsumerRecord<String, ByteBuffer>> models = new ArrayList<>();

  @Test
  void whatWasThereBeforeCountsAndIsWrittenAnew() {
    write(job("mine"));
    write(new LedgerCursor(7, 2));
    write("mine", GARBAGE);
    write(StateKeys.CURSOR, GARBAGE);

    var mended = takeOver(0);

    assertThat(taken("mine")).isNotNull();
    assertThat(state.cursor()).isEqualTo(new LedgerCursor(7, 2));
    assertThat(mended)
        .satisfiesExactly(
            job -> {
              assertThat(job.key()).isEqualTo("mine");
              assertThat(job.state()).isEqualTo(log.getFirst().value());
              var letter = Objects.requireNonNull(job.letter());
              assertThat(letter.reason()).isEqualTo(DeadLetterReason.UNREADABLE);
              assertThat(letter.offset()).isEqualTo(2);
              assertThat(letter.cause().mend()).contains("written anew");
            },
            cursor -> assertThat(cursor.state()).isEqualTo(log.get(1).value()));
  }

  @Test
  void aSchemaIsWaitedForAndThenTheRecordIsAnotherPrograms() {
    write(job("mine"));
    write("mine", strange(job("mine")));

    assertThatThrownBy(() -> takeOver(0))
        .isInstanceOf(KafkaException.class)
        .hasMessageContainingAll("mine", "1122334455667788", "at most 30 s more");

    // The next try has a state of its own, and what was waited for is kept.
    var again = new StateRecovery(codec, new LedgerState(), 1, schemas);
    log.forEach(again::read);
    assertThat(again.overwritten(WAIT_MS)).isTrue();
  }

  @Test
  void anOldRecordIsNotWaitedForWhereNewerOnesAreThere() {
    write("mine", strange(job("mine")));
    log.add(record(APPENDED_MS + WAIT_MS, StateKeys.CURSOR, encoded(new LedgerCursor(1, -1))));

    assertThat(takeOver(0)).singleElement().satisfies(job -> assertThat(job.state()).isNull());
  }

  @Test
  void aLaterStateOfTheSameKeyCounts() {
    write("mine", GARBAGE);
    write(job("mine"));
    write("other", GARBAGE);
    write("other", null);

    assertThat(takeOver(0)).isEmpty();
  }

  @Test
  void aStateUnderTheKeyOfAnotherIsNoState() {
    write(new Lane("cpu", "host-cpu", 0, 1));
    write("lane/cpu", encoded(new Lane("gpu", "nvidia-h100-sxm", 0, 1)));

    assertThat(takeOver(0))
        .singleElement()
        .satisfies(mended -> assertThat(mended.state()).isEqualTo(log.getFirst().value()));
    assertThat(state.lanes()).extracting(Lane::lane).containsExactly("cpu");
  }

  @Test
  void aStateOfAnotherPartitionIsNoState() {
    int partitions = 2;
    while (Topic.partition("mine", partitions) == 0) {
      partitions++;
    }
    var misplaced = new StateRecovery(codec, state, partitions, schemas);
    write(job("mine"));

    misplaced.read(log.getFirst());

    assertThat(misplaced.overwritten(0)).isTrue();
    assertThat(taken("mine")).isNull();
    misplaced.readBefore(log.getFirst());
    assertThat(misplaced.mended())
        .singleElement()
        .satisfies(gone -> assertThat(gone.state()).isNull());
  }

  @Test
  void ofWhichNothingIsLeftIsRemovedAndTheOthersGoOn() {
    write(new LedgerCursor(7, 2));
    write("compacted", GARBAGE);
    write(job("mine"));

    assertThat(takeOver(0))
        .singleElement()
        .satisfies(
            mended -> {
              assertThat(mended.key()).isEqualTo("compacted");
              assertThat(mended.state()).isNull();
              assertThat(Objects.requireNonNull(mended.letter()).cause().mend())
                  .contains("Nothing");
            });
    assertThat(taken("mine")).isNotNull();
  }

  @Test
  void aModelIsFoundInTheTopicOfModels() {
    var model = new ModelEntry("digits", 2, Map.of("best", 1));
    var version = Specs.model("digits", "trainer", 9).numbered(1, 1);
    write("model/digits", GARBAGE);
    write("model/digits/1", GARBAGE);
    write("model/digits/2", GARBAGE);
    models.add(record(APPENDED_MS, "digits", ByteBuffer.wrap(codec.encode(model))));
    models.add(record(APPENDED_MS, "digits/1", ByteBuffer.wrap(codec.encode(version))));
    models.add(record(APPENDED_MS, "digits/2", ByteBuffer.wrap(codec.encode(version))));

    assertThat(takeOver(0))
        .extracting(Mended::key, Mended::state)
        .containsExactlyInAnyOrder(
            tuple("model/digits", encoded(model)),
            tuple("model/digits/1", encoded(version)),
            tuple("model/digits/2", null));
  }

  @Test
  void aVersionThatWasWithdrawnIsNotBroughtBack() {
    var version = Specs.model("digits", "trainer", 9).numbered(1, 1);
    write("model/digits/1", GARBAGE);
    models.add(record(APPENDED_MS, "digits/1", ByteBuffer.wrap(codec.encode(version))));
    models.add(record(APPENDED_MS, "digits/1", null)); // withdrawn

    assertThat(takeOver(0)).singleElement().satisfies(gone -> assertThat(gone.state()).isNull());
  }

  @Test
  void withoutItsCursorAPartitionStandsStillAndSaysWhatToDo() {
    write(job("mine"));
    write(StateKeys.CURSOR, GARBAGE);

    assertThatThrownBy(() -> takeOver(0))
        .isInstanceOf(KafkaException.class)
        .hasMessageContainingAll(StateKeys.CURSOR, "sluice.job-states-0@1", "Write a LedgerCursor");
  }

  @Test
  void aFloodIsMendedWithABoundedNumberOfLetters() {
    for (int i = 0; i < ForeignRecords.KEPT_MAX + 500; i++) {
      write("flood-" + i, GARBAGE);
    }

    assertThat(takeOver(0))
        .hasSize(ForeignRecords.KEPT_MAX + 500)
        .filteredOn(mended -> mended.letter() != null)
        .hasSize(ForeignRecords.KEPT_MAX);
  }

  private List<Mended> takeOver(long nowMs) {
    log.forEach(recovery::read);
    if (!recovery.overwritten(nowMs)) {
      return List.of();
    }
    log.forEach(recovery::readBefore);
    if (recovery.lacksModels()) {
      models.forEach(recovery::readModel);
    }
    return recovery.mended();
  }

  /** What a ledger decides of a new job. */
  static Decision submitted(String jobId) {
    var ledger =
        new Ledger(LedgerLimits.DEFAULT, new Admission(CatalogueFiles.builtIn(), Aim.FINISH));
    var submitted = new Submitted(jobId, "", Specs.training(2, 1, "digits"));
    var empty = new LedgerState();
    empty.apply(new Lane("cpu", "host-cpu", 0, 1));
    return ledger.decide(empty, submitted, new Moment(APPENDED_MS, Specs.fleet(1)));
  }

  private static StoredState job(String jobId) {
    return Objects.requireNonNull(submitted(jobId).changes().get(jobId));
  }

  /** The job as it is taken over; null: it is not. */
  private @Nullable Job taken(String jobId) {
    submitted(jobId).facts().values().forEach(state::apply);
    return state.job(jobId);
  }

  private void write(StoredState stored) {
    write(StateKeys.of(stored), encoded(stored));
  }

  private void write(String key, @Nullable ByteBuffer value) {
    log.add(record(APPENDED_MS, key, value));
  }

  private ByteBuffer encoded(StoredState stored) {
    return ByteBuffer.wrap(codec.encode(new StateRecord(stored)));
  }

  private ByteBuffer strange(StoredState stored) {
    return encoded(stored)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(Short.BYTES, 0x1122334455667788L)
        .order(ByteOrder.BIG_ENDIAN);
  }

  private ConsumerRecord<String, ByteBuffer> record(
      long appendedMs, String key, @Nullable ByteBuffer value) {
    return new ConsumerRecord<>(
        Topic.JOB_STATES.topicName(),
        0,
        log.size(),
        appendedMs,
        TimestampType.LOG_APPEND_TIME,
        key.length(),
        value == null ? -1 : value.remaining(),
        key,
        value,
        new RecordHeaders(),
        Optional.empty());
  }
}
