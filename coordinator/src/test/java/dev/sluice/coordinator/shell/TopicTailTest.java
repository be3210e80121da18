package dev.sluice.coordinator.shell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.schemas.topics.Topic;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

/** Another program's transaction is open, and what was committed behind it can't be read yet. */
class TopicTailTest {

  private static final TopicPartition STATES = new TopicPartition(Topic.JOB_STATES.topicName(), 0);

  private final MockConsumer<String, ByteBuffer> consumer = new MockConsumer<>("none");
  private final TopicTail.Progress progress = new TopicTail.Progress();
  private final List<Long> read = new ArrayList<>();
  private long nanos;

  TopicTailTest() {
    consumer.updateBeginningOffsets(Map.of(STATES, 0L));
    consumer.updateEndOffsets(Map.of(STATES, 1L)); // as far as it is committed
    consumer.schedulePollTask(() -> give(0));
  }

  @Test
  void itIsWaitedForAndWhatItWaitsForIsSaid() {
    var told = new ArrayList<String>();
    consumer.schedulePollTask(() -> {});
    consumer.schedulePollTask(
        () -> {
          told.add(progress.toString());
          give(1);
        });

    readAll(2);

    assertThat(read).containsExactly(0L, 1L);
    assertThat(told)
        .singleElement()
        .asString()
        .contains("sluice.job-states-0", "offset 1 of 2", "another program's transaction");
    assertThat(progress).hasToString("");
  }

  @Test
  void whereItStaysOpenTheTakeoverFailsAndBeginsAnew() {
    for (int empty = 0; empty < 2; empty++) {
      consumer.schedulePollTask(() -> nanos += TimeUnit.SECONDS.toNanos(31));
    }

    assertThatThrownBy(() -> readAll(2))
        .isInstanceOf(KafkaException.class)
        .hasMessageContaining("sluice.job-states-0 at offset 1")
        .hasMessageContaining("kafka-transactions.sh abort");
    assertThat(progress).hasToString("");
  }

  private void readAll(long end) {
    TopicTail.readAll(
        consumer, STATES, end, progress, () -> nanos, record -> read.add(record.offset()));
  }

  private void give(long offset) {
    consumer.addRecord(
        new ConsumerRecord<>(STATES.topic(), 0, offset, "key", ByteBuffer.allocate(0)));
  }
}
