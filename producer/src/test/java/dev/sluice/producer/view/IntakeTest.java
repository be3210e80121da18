package dev.sluice.producer.view;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.producer.Samples;
import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.JobStatus;
import dev.sluice.schemas.wire.StateRecord;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class IntakeTest {

  private static final TopicPartition STATES = new TopicPartition(Topic.JOB_STATES.topicName(), 0);
  private static final long AGAIN = Intake.LOOK_AGAIN.toNanos();

  /** The fingerprint of a build that this one knows nothing of. */
  private static final long STRANGE = 0x1122334455667788L;

  private final MockConsumer<String, ByteBuffer> consumer = new MockConsumer<>("earliest");
  private final ClusterView view = new ClusterView(10);
  private final List<String> passedOver = new ArrayList<>();
  private final Codec codec = Codec.builtIn();
  private final Intake intake =
      new Intake(consumer, codec, view, (record, unread) -> passedOver.add(unread.why()));

  IntakeTest() {
    consumer.assign(List.of(STATES));
    consumer.updateBeginningOffsets(Map.of(STATES, 0L));
  }

  @Test
  void aPartitionWhoseSchemaIsUnknownIsNotFetchedAgainUntilASecondHasPassed() {
    add(0, strange("a"));
    step(0);
    assertThat(consumer.paused()).containsExactly(STATES);
    assertThat(intake.trouble().orElseThrow())
        .contains("job-states-0", "offset 0", "1122334455667788");

    step(AGAIN - 1);
    assertThat(consumer.paused()).containsExactly(STATES);

    add(0, strange("a"));
    step(AGAIN);
    assertThat(consumer.paused()).as("still unknown").containsExactly(STATES);
    assertThat(consumer.position(STATES)).isZero();
    assertThat(passedOver).isEmpty();
  }

  @Test
  void itGoesOnWhereItStoodOnceTheSchemaHasCome() {
    add(0, strange("a"));
    add(1, known("b"));
    step(0);
    assertThat(view.jobs().job("b")).as("order within the partition").isEmpty();

    add(0, known("a"));
    add(1, known("b"));
    step(AGAIN);

    assertThat(view.jobs().job("a")).isPresent();
    assertThat(view.jobs().job("b")).isPresent();
    assertThat(intake.trouble()).isEmpty();
    assertThat(consumer.paused()).isEmpty();
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
    add(0, ByteBuffer.wrap(new byte[] {1, 2, 3}));
    add(1, known("b"));
    step(0);

    assertThat(passedOver).hasSize(1);
    assertThat(view.jobs().job("b")).isPresent();
  }

  private void step(long nowNanos) {
    intake.step(Duration.ZERO, nowNanos);
  }

  private void add(long offset, ByteBuffer value) {
    consumer.addRecord(
        new ConsumerRecord<>(STATES.topic(), STATES.partition(), offset, "key", value));
  }

  private ByteBuffer known(String jobId) {
    return ByteBuffer.wrap(
        codec.encode(new StateRecord(Samples.state(jobId, JobStatus.RUNNING, 1))));
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
