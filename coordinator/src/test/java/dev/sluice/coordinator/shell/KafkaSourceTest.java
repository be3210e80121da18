package dev.sluice.coordinator.shell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.coordinator.runtime.LogRecord;
import dev.sluice.coordinator.runtime.Position;
import dev.sluice.coordinator.runtime.Unavailable;
import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.codec.SchemaWait;
import dev.sluice.schemas.wire.JobRecord;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;

/** Between the thread that reads all partitions and the one that handles one. */
class KafkaSourceTest {

  private static final int MIB = 1 << 20;

  private int rung;
  private final KafkaSource<JobRecord> source =
      new KafkaSource<>(
          new KafkaRecord.Reading<>(
              JobRecord.class, Codec.builtIn(), new SchemaWait(1), "Mend it."),
          () -> rung++);

  @Test
  void nothingIsReadBeforeAPlaceIsGiven() {
    assertThat(source.flows()).isFalse();

    source.seek(Position.at(5));

    assertThat(source.takeSought()).isEqualTo(Position.at(5));
    assertThat(source.takeSought()).as("once").isNull();
    assertThat(source.flows()).isTrue();
    assertThat(rung).isEqualTo(1);
  }

  @Test
  void whatCameBeforeASeekWasDoneIsDropped() {
    reading(0);
    source.seek(Position.at(3));

    source.deliver(records(0, 2, 1), Position.at(2), true);
    assertThat(source.take()).isNull();

    source.takeSought();
    source.deliver(records(3, 1, 1), Position.at(4), true);
    assertThat(offsets()).containsExactly(3L);
  }

  @Test
  void whatWaitsIsDroppedByASeek() {
    reading(0);
    source.deliver(records(0, 2, 1), Position.at(2), true);

    source.seek(Position.at(0));

    assertThat(source.take()).isNull();
  }

  @Test
  void severalDeliveriesAreOneBatch() {
    reading(0);
    source.deliver(records(0, 2, 1), Position.at(2), false);
    source.deliver(records(2, 1, 1), Position.at(4), true);

    var batch = Objects.requireNonNull(source.take());

    assertThat(batch.records()).extracting(LogRecord::offset).containsExactly(0L, 1L, 2L);
    assertThat(batch.next()).as("beyond a marker").isEqualTo(Position.at(4));
    assertThat(batch.end()).isTrue();
    assertThat(source.take()).isNull();
  }

  @Test
  void manyRecordsAreSeveralBatches() {
    reading(0);
    int many = KafkaSource.BATCH_MAX + 2;
    source.deliver(records(0, many, 1), Position.at(many + 1), true);

    var first = Objects.requireNonNull(source.take());
    assertThat(first.records()).hasSize(KafkaSource.BATCH_MAX);
    assertThat(first.next()).isEqualTo(Position.at(KafkaSource.BATCH_MAX));
    assertThat(first.end()).isFalse();
    var second = Objects.requireNonNull(source.take());
    assertThat(second.records())
        .extracting(LogRecord::offset)
        .containsExactly((long) KafkaSource.BATCH_MAX, KafkaSource.BATCH_MAX + 1L);
    assertThat(second.next()).isEqualTo(Position.at(many + 1));
    assertThat(second.end()).isTrue();
    assertThat(source.take()).isNull();
  }

  @Test
  void aPlaceThatMovesWithoutRecordsIsTold() {
    reading(0);

    source.deliver(List.of(), Position.at(1), true);

    assertThat(Objects.requireNonNull(source.take()).next()).isEqualTo(Position.at(1));
  }

  @Test
  void beyondItsBoundNoMoreIsReadUntilWhatWaitsIsTaken() {
    reading(0);
    source.deliver(records(0, 17, MIB), Position.at(17), false);
    assertThat(source.flows()).isFalse();

    source.take();

    assertThat(source.flows()).isTrue();
    assertThat(rung).as("the reader goes on at once").isEqualTo(2);
  }

  @Test
  void aLogThatIsAnotherIsToldToWhoeverHandlesIt() {
    reading(9);
    source.lose(6, "The log ends at 6.");

    assertThat(source.flows()).isFalse();
    assertThatThrownBy(source::take)
        .isInstanceOf(Unavailable.class)
        .hasMessage("The log ends at 6.");
    source.stop();
    assertThat(source.takeSameUpTo()).isEqualTo(6);
    assertThat(source.takeSameUpTo()).as("for one takeover").isEqualTo(Long.MAX_VALUE);
  }

  private void reading(long from) {
    source.seek(Position.at(from));
    source.takeSought();
  }

  private List<Long> offsets() {
    return Objects.requireNonNull(source.take()).records().stream().map(LogRecord::offset).toList();
  }

  private static List<ConsumerRecord<String, ByteBuffer>> records(int from, int count, int bytes) {
    var records = new ArrayList<ConsumerRecord<String, ByteBuffer>>();
    for (int i = 0; i < count; i++) {
      records.add(
          new ConsumerRecord<>(
              "sluice.jobs",
              0,
              from + i,
              0,
              TimestampType.LOG_APPEND_TIME,
              0,
              bytes,
              "",
              ByteBuffer.allocate(0),
              new RecordHeaders(),
              Optional.empty()));
    }
    return records;
  }
}
