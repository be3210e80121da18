package dev.sluice.coordinator.shell;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.accelerators.catalogue.CatalogueFiles;
import dev.sluice.coordinator.ledger.Decision;
import dev.sluice.coordinator.ledger.Effect;
import dev.sluice.coordinator.ledger.Ledger;
import dev.sluice.coordinator.ledger.LedgerLimits;
import dev.sluice.coordinator.ledger.LedgerState;
import dev.sluice.coordinator.placement.Admission;
import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.codec.SchemaWait;
import dev.sluice.schemas.topics.FactPart;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.Aim;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.FoldStopped;
import dev.sluice.schemas.wire.JobFacts;
import dev.sluice.schemas.wire.JobState;
import dev.sluice.schemas.wire.JobStatus;
import dev.sluice.schemas.wire.ReleasePlace;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Whatever other programs write over the facts of jobs, a takeover ends, and no job waits. */
class FactsRecoveryTest {

  private static final long APPENDED_MS = 1_000_000;
  private static final ByteBuffer GARBAGE =
      ByteBuffer.wrap("garbage".getBytes(StandardCharsets.UTF_8));

  private final Codec codec = Codec.builtIn();
  private final LedgerState state = new LedgerState();
  private final FactsRecovery recovery = new FactsRecovery(codec, state, 1, new SchemaWait(30_000));
  private final List<ConsumerRecord<String, ByteBuffer>> log = new ArrayList<>();
  private final Decision job = StateRecoveryTest.submitted("mine");

  FactsRecoveryTest() {
    job.changes().values().forEach(state::apply);
  }

  @Test
  void aJobIsWhatItsStateAndItsFactsSay() {
    writeAll();

    assertThat(takeOver()).isEmpty();
    assertThat(state.loaded()).isEmpty();
    assertThat(state.job("mine")).isEqualTo(job.jobs().get("mine"));
  }

  @Test
  void whatWasThereBeforeCountsAndIsWrittenAnew() {
    writeAll();
    write("mine/spec", GARBAGE);

    assertThat(takeOver())
        .singleElement()
        .satisfies(
            mended -> {
              assertThat(mended.key()).isEqualTo("mine/spec");
              assertThat(mended.state()).isEqualTo(encoded(fact(FactPart.SPEC)));
              assertThat(Objects.requireNonNull(mended.letter()).cause().mend())
                  .contains("written anew");
            });
    assertThat(state.loaded()).isEmpty();
    assertThat(state.job("mine")).isNotNull();
  }

  @Test
  void aJobOfWhichSomethingIsLostFailsAndSaysSo() {
    write(fact(FactPart.SPEC));
    write("mine/verdicts", GARBAGE);

    assertThat(takeOver()).singleElement().satisfies(mended -> assertThat(mended.state()).isNull());
    var decision = giveUp();

    assertThat(decision.changes().get("mine"))
        .isInstanceOfSatisfying(
            JobState.class,
            failed -> {
              assertThat(failed.status()).isEqualTo(JobStatus.FAILED);
              assertThat(failed.facts().spec()).isEqualTo(fact(FactPart.SPEC).digest());
              assertThat(failed.facts().verdicts()).isZero();
            });
    assertThat(decision.facts().values())
        .singleElement()
        .satisfies(
            why ->
                assertThat(((Cause) why.fact()).what())
                    .isEqualTo("What is known of the job can't be read any more."));
    assertThat(decision.effects())
        .anyMatch(Effect.Control.class::isInstance)
        .anyMatch(Effect.Bury.class::isInstance)
        .anyMatch(e -> e instanceof Effect.Tell(var name, ReleasePlace place))
        .noneMatch(e -> e instanceof Effect.Fold(var id, FoldStopped stop));
    assertThat(state.activeJobs()).isEmpty();
    assertThat(state.leaving(Long.MAX_VALUE, 0, 1, 1))
        .as("it leaves for the history as any other, with what is known of it")
        .singleElement()
        .satisfies(
            closed ->
                assertThat(closed.facts())
                    .extracting(facts -> FactPart.of(facts.fact()))
                    .containsExactly(FactPart.SPEC, FactPart.CAUSE));
  }

  @Test
  void aJobOfWhichItIsNotKnownWhatWasAskedForIsLost() {
    write(fact(FactPart.VERDICTS));

    assertThat(takeOver()).isEmpty();
    var decision = giveUp();

    assertThat(decision.changes()).isEmpty();
    assertThat(decision.effects()).anyMatch(Effect.Bury.class::isInstance);
    assertThat(state.job("mine")).isNull();
  }

  @Test
  void aFactUnderTheKeyOfAnotherIsNone() {
    writeAll();
    write("mine/verdicts", encoded(fact(FactPart.SPEC)));

    assertThat(takeOver()).hasSize(1);
    assertThat(state.loaded()).isEmpty();
  }

  private Decision giveUp() {
    var ledger =
        new Ledger(LedgerLimits.DEFAULT, new Admission(CatalogueFiles.builtIn(), Aim.FINISH));
    var lacking = state.loaded();
    assertThat(lacking).hasSize(1);
    var decision = ledger.lacking(lacking.getFirst());
    state.gaveUp(lacking.getFirst(), decision);
    return decision;
  }

  private JobFacts fact(FactPart part) {
    return Objects.requireNonNull(job.facts().get(part.key("mine")));
  }

  private List<Mended> takeOver() {
    log.forEach(recovery::read);
    if (!recovery.overwritten(0)) {
      return List.of();
    }
    log.forEach(recovery::readBefore);
    return recovery.mended();
  }

  private void writeAll() {
    job.facts().values().forEach(this::write);
  }

  private void write(JobFacts facts) {
    write(FactPart.key(facts), encoded(facts));
  }

  private ByteBuffer encoded(JobFacts facts) {
    return ByteBuffer.wrap(codec.encode(facts));
  }

  private void write(String key, @Nullable ByteBuffer value) {
    log.add(
        new ConsumerRecord<>(
            Topic.JOB_FACTS.topicName(),
            0,
            log.size(),
            APPENDED_MS,
            TimestampType.LOG_APPEND_TIME,
            key.length(),
            value == null ? -1 : value.remaining(),
            key,
            value,
            new RecordHeaders(),
            Optional.empty()));
  }
}
