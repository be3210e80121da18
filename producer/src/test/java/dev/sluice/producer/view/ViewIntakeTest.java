package dev.sluice.producer.view;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.producer.Samples;
import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.codec.SchemaWait;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.JobStatus;
import dev.sluice.schemas.wire.StateRecord;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ViewIntakeTest {

  private static final TopicPartition STATES = new TopicPartition(Topic.JOB_STATES.topicName(), 0);
  private static final TopicPartition OTHER = new TopicPartition(Topic.JOB_STATES.topicName(), 1);
  private static final long WAIT_MS = 30_000;
  private static final long WAITED = TimeUnit.MILLISECONDS.toNanos(WAIT_MS);
  private static final long AGAIN = ViewIntake.LOOK_AGAIN.toNanos();

  /** The fingerprint of a build that this one knows nothing of. */
  private static final long STRANGE = 0x1122334455667788L;

  private final MockConsumer<String, ByteBuffer> consumer = new MockConsumer<>("earliest");
  private final ClusterView view = new ClusterView(10);
  private final List<String> passedOver = new ArrayList<>();
  private final Codec codec = Codec.builtIn();
  private final ViewIntake intake =
      new ViewIntake(
          consumer,
          codec,
          view,
          1,
          new SchemaWait(WAIT_MS),
          (record, unread) -> passedOver.add(unread.why()));

  ViewIntakeTest() {
    consumer.assign(List.of(STATES));
    consumer.updateBeginningOffsets(Map.of(STATES, 0L));
  }

  @Test
  void aPartitionWhoseSchemaIsUnknownIsNotFetchedAgainUntilASecondHasPassed() {
    add(0, "a", strange("a"));
    step(0);
    assertThat(consumer.paused()).containsExactly(STATES);
    assertThat(intake.trouble().orElseThrow())
        .contains("job-states-0", "offset 0", "1122334455667788");

    step(AGAIN - 1);
    assertThat(consumer.paused()).containsExactly(STATES);

    add(0, "a", strange("a"));
    step(AGAIN);
    assertThat(consumer.paused()).as("still unknown").containsExactly(STATES);
    assertThat(consumer.position(STATES)).isZero();
    assertThat(passedOver).isEmpty();
  }

  @Test
  void itGoesOnWhereItStoodOnceTheSchemaHasCome() {
    add(0, "a", strange("a"));
    add(1, "b", known("b"));
    step(0);
    assertThat(view.jobs().job("b")).as("order within the partition").isEmpty();

    add(0, "a", known("a"));
    add(1, "b", known("b"));
    step(AGAIN);

    assertThat(view.jobs().job("a")).isPresent();
    assertThat(view.jobs().job("b")).isPresent();
    assertThat(intake.trouble()).isEmpty();
    assertThat(consumer.paused()).isEmpty();
  }

  @Test
  void aStateOfASchemaThatDoesNotComeIsPassedOverAfterItsTimeAndWhatWasKnownIsShown() {
    add(0, "a", known("a"));
    add(1, "a", strange("a"));
    add(2, "b", known("b"));
    step(0);
    assertThat(intake.trouble().orElseThrow()).contains("for at most 30 s more");

    add(1, "a", strange("a"));
    add(2, "b", known("b"));
    step(WAITED);

    assertThat(intake.trouble()).isEmpty();
    assertThat(view.jobs().job("b")).isPresent();
    assertThat(view.jobs().job("a")).as("as it was before").isPresent();
    assertThat(view.unread().of("a").orElseThrow().what())
        .contains("sluice.job-states-0@1", "1122334455667788");
    assertThat(view.unread().of("b")).isEmpty();
    assertThat(passedOver).singleElement().asString().contains("1122334455667788");
  }

  @Test
  void aThousandOfThemAreWaitedForOnceAndInAllPartitionsTogether() {
    consumer.assign(List.of(STATES, OTHER));
    consumer.updateBeginningOffsets(Map.of(STATES, 0L, OTHER, 0L));
    add(OTHER, 0, "lane/c", strange("c"));
    add(0, "a", strange("a"));
    step(0);

    add(OTHER, 0, "lane/c", strange("c"));
    for (int offset = 0; offset < 1_000; offset++) {
      add(offset, "a-" + offset, strange("a"));
    }
    add(1_000, "b", known("b"));
    step(WAITED);

    assertThat(view.jobs().job("b")).isPresent();
    assertThat(passedOver).hasSize(1_001);
    assertThat(view.unread().all()).hasSize(UnreadStates.KEYS_MAX);
  }

  @Test
  void theNextStateOfAJobThatCanBeReadHealsIt() {
    add(0, "a", ByteBuffer.wrap(new byte[] {1, 2, 3}));
    add(1, "b", ByteBuffer.wrap(new byte[] {1, 2, 3}));
    step(0);
    assertThat(view.unread().all()).hasSize(2);

    add(2, "a", known("a"));
    add(3, "b", null);
    step(0);

    assertThat(view.unread().all()).isEmpty();
    assertThat(view.jobs().job("a")).isPresent();
  }

  @Test
  void aStateUnderTheKeyOfAnotherIsNoneOfTheLedgers() {
    add(0, "a", known("a"));
    add(1, "b", known("a"));
    step(0);

    assertThat(passedOver).singleElement().isEqualTo("It is the state of a.");
    assertThat(view.unread().of("b")).isPresent();
    assertThat(view.unread().of("a")).isEmpty();
  }

  @Test
  void whatBelongsToAnotherPartitionChangesNothing() {
    var misplaced = new TopicPartition(Topic.JOB_STATES.topicName(), 1);
    consumer.assign(List.of(STATES, misplaced));
    consumer.updateBeginningOffsets(Map.of(STATES, 0L, misplaced, 0L));
    add(0, "a", known("a"));
    add(misplaced, 0, "a", ByteBuffer.wrap(new byte[] {1}));
    add(misplaced, 1, "a", null);
    step(0);

    assertThat(view.jobs().job("a")).isPresent();
    assertThat(view.unread().all()).isEmpty();
    assertThat(passedOver).hasSize(2);
  }

  @Test
  void aHeartbeatOfAnUnknownSchemaHoldsUpNoOtherAndIsSaidOnce() {
    var fleet = new TopicPartition(Topic.FLEET.topicName(), 0);
    consumer.assign(List.of(fleet));
    consumer.updateBeginningOffsets(Map.of(fleet, 0L));
    for (int offset = 0; offset < 3; offset++) {
      consumer.addRecord(
          new ConsumerRecord<>(fleet.topic(), 0, offset, "worker", strange("anything")));
    }

    step(0);

    assertThat(consumer.position(fleet)).isEqualTo(3);
    assertThat(intake.trouble()).isEmpty();
    assertThat(passedOver).hasSize(1).first().asString().contains("1122334455667788");
  }

  @Test
  void aBrokenRecordIsCountedAndPassedOver() {
    add(0, "a", ByteBuffer.wrap(new byte[] {1, 2, 3}));
    add(1, "b", known("b"));
    step(0);

    assertThat(passedOver).hasSize(1);
    assertThat(view.jobs().job("b")).isPresent();
  }

  private void step(long nowNanos) {
    intake.step(Duration.ZERO, nowNanos);
  }

  private void add(long offset, String key, @Nullable ByteBuffer value) {
    add(STATES, offset, key, value);
  }

  private void add(TopicPartition to, long offset, String key, @Nullable ByteBuffer value) {
    consumer.addRecord(new ConsumerRecord<>(to.topic(), to.partition(), offset, key, value));
  }

  private ByteBuffer known(String jobId) {
    var job = Samples.state(jobId, JobStatus.RUNNING, 1);
    Samples.facts(job).forEach(view::put);
    return ByteBuffer.wrap(codec.encode(new StateRecord(Samples.stored(job))));
  }

  /** As another build would have written it. */
  private ByteBuffer strange(String jobId) {
    var value = known(jobId);
    for (int i = 0; i < Long.BYTES; i++) {
      value.put(2 + i, (byte) (STRANGE >>> (8 * i)));
    }
    return value;
  }
}
