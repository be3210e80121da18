package dev.sluice.coordinator.shell;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.Command;
import dev.sluice.schemas.wire.EndedJob;
import dev.sluice.schemas.wire.EndedJobs;
import dev.sluice.schemas.wire.JobControl;
import dev.sluice.schemas.wire.JobStatus;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Of which jobs the ledger wants no task any more, as the controls say. */
class JobControlsTest {

  private static final String RECORD = "/ended/0/0";
  private static final String NEXT = "/ended/0/1";

  private final Codec codec = Codec.builtIn();
  private final List<ConsumerRecord<String, ByteBuffer>> log = new ArrayList<>();
  private final LogConsumer consumer = new LogConsumer();
  private final JobControls controls =
      new JobControls(codec, new StretchReader(consumer), log::size);
  private long nowNanos;

  @Test
  void tasksOfAJobThatHasLeftAreVoidWhateverTheirEpoch() {
    write(RECORD, ended("past"));
    learn("past", "running");

    assertThat(controls.voids("past", 1)).isTrue();
    assertThat(controls.voids("past", Integer.MAX_VALUE)).isTrue();
    assertThat(controls.voids("running", 1)).isFalse();
  }

  @Test
  void aJobIsVoidFromItsStopOnAndOnceItsControlIsRemoved() {
    write("j", codec.encode(new JobControl("j", 2, Command.STOP, 1)));
    learn("j");
    assertThat(controls.voids("j", 1)).isTrue();

    write(RECORD, ended("other", "j"));
    write("j", null);
    learn("j");

    assertThat(controls.voids("j", 1)).isTrue();
  }

  @Test
  void aRecordThatIsRemovedVoidsNothingAndOthersStillDo() {
    write(RECORD, ended("old"));
    write(NEXT, ended("past"));
    learn("old", "past");
    assertThat(controls.voids("old", 1)).isTrue();

    write(RECORD, null);
    learn("old", "past");

    assertThat(controls.voids("old", 1)).isFalse();
    assertThat(controls.voids("past", 1)).isTrue();
  }

  @Test
  void whatStandsBehindTheRemovalOfARecordCountsWhenAllIsReadAtOnce() {
    write(RECORD, ended("old"));
    write(RECORD, null);
    write(NEXT, ended("past"));
    write("stopped", codec.encode(new JobControl("stopped", 2, Command.STOP, 1)));

    learn("old", "past", "stopped");

    assertThat(controls.voids("old", 1)).isFalse();
    assertThat(controls.voids("past", 1)).isTrue();
    assertThat(controls.voids("stopped", 1)).isTrue();
  }

  @Test
  void aRecordCountsAsItWasWrittenLast() {
    write(RECORD, ended("a"));
    write(RECORD, ended("a", "b"));
    learn("a", "b");
    assertThat(List.of("a", "b")).allMatch(job -> controls.voids(job, 1));

    write(RECORD, ended("b")); // as the first of those that came after all were forgotten
    learn("a", "b");

    assertThat(controls.voids("a", 1)).isFalse();
    assertThat(controls.voids("b", 1)).isTrue();
  }

  @Test
  void whoeverAsksForAnotherJobIsToldOfWhatWasReadBefore() {
    write(RECORD, ended("a", "b"));
    learn("a");
    learn("b");

    assertThat(controls.voids("b", 1)).isTrue();
    assertThat(controls.voids("a", 1)).as("nobody asks for it").isFalse();
  }

  @Test
  void whoWasAwayForSoLongThatRemovalsMayHaveGoneReadsAllAnew() {
    write(RECORD, ended("a"));
    write("b", codec.encode(new JobControl("b", 2, Command.STOP, 1)));
    learn("a", "b");
    log.set(0, record(0, "x", null)); // compacted away, and so are their removals
    log.set(1, record(1, "x", null));

    nowNanos += JobControls.AWAY_MAX.toNanos();
    learn("a", "b");
    assertThat(controls.voids("a", 1)).isTrue();
    nowNanos += JobControls.AWAY_MAX.toNanos() + 1;
    learn("a", "b");

    assertThat(controls.voids("a", 1)).isFalse();
    assertThat(controls.voids("b", 1)).isFalse();
  }

  @Test
  void whatIsNoRecordOfTheLedgersVoidsNothing() {
    write(RECORD, ended("a"));
    write(RECORD, "garbage".getBytes(StandardCharsets.UTF_8));
    write("b", "garbage".getBytes(StandardCharsets.UTF_8));
    write(NEXT, codec.encode(new JobControl("b", 2, Command.STOP, 1)));
    learn("a", "b");

    assertThat(controls.voids("a", 1)).isFalse();
    assertThat(controls.voids("b", 1)).isFalse();
  }

  private void learn(String... jobs) {
    controls.learn(Set.of(jobs), nowNanos);
  }

  private byte[] ended(String... jobs) {
    return codec.encode(
        EndedJobs.of(
            0,
            0,
            Stream.of(jobs).map(job -> new EndedJob(job, JobStatus.SUCCEEDED, 1, 2, 3)).toList()));
  }

  private void write(String key, byte @Nullable [] value) {
    log.add(record(log.size(), key, value));
  }

  private static ConsumerRecord<String, ByteBuffer> record(
      long offset, String key, byte @Nullable [] value) {
    return new ConsumerRecord<>(
        Topic.CONTROLS.topicName(), 0, offset, key, value == null ? null : ByteBuffer.wrap(value));
  }

  /** Reads the log from wherever it is told to. */
  private final class LogConsumer extends MockConsumer<String, ByteBuffer> {

    LogConsumer() {
      super("earliest");
      updateBeginningOffsets(Map.of(JobControls.PARTITION, 0L));
    }

    @Override
    public synchronized ConsumerRecords<String, ByteBuffer> poll(Duration within) {
      long from = position(JobControls.PARTITION);
      log.stream().filter(record -> record.offset() >= from).forEach(this::addRecord);
      return super.poll(within);
    }
  }
}
