package dev.sluice.worker.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.topics.StateKeys;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.ModelVersion;
import dev.sluice.schemas.wire.Objective;
import dev.sluice.worker.rows.RowsTasks;
import dev.sluice.worker.tasks.TaskProblem;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Where the version that a task names is found. */
class PublishedVersionsTest {
  private static final TopicPartition MODELS = new TopicPartition(Topic.MODELS.topicName(), 0);
  private static final long UNKNOWN = -1;

  private final Codec codec = Codec.builtIn();
  private final TreeMap<Long, ConsumerRecord<String, ByteBuffer>> log = new TreeMap<>();
  private int polls;
  private final PublishedVersions versions = new PublishedVersions(Log::new, codec);

  /** A consumer of the log, which is compacted: offsets have gaps. */
  private final class Log extends MockConsumer<String, ByteBuffer> {
    Log() {
      super("none");
      updateBeginningOffsets(Map.of(MODELS, 0L));
    }

    @Override
    public synchronized Map<TopicPartition, Long> endOffsets(
        java.util.Collection<TopicPartition> partitions) {
      return Map.of(MODELS, log.isEmpty() ? 0 : log.lastKey() + 1);
    }

    @Override
    public synchronized ConsumerRecords<String, ByteBuffer> poll(Duration timeout) {
      polls++;
      var next = log.ceilingEntry(position(MODELS));
      if (next == null) {
        return ConsumerRecords.empty();
      }
      seek(MODELS, next.getKey() + 1);
      return new ConsumerRecords<>(Map.of(MODELS, List.of(next.getValue())), Map.of());
    }
  }

  private static ModelVersion version(String model, int columns) {
    return RowsTasks.version(model, columns, Objective.MEAN_SQUARED_ERROR, List.of());
  }

  private void put(long offset, String model, @Nullable ModelVersion version) {
    var value = version == null ? null : ByteBuffer.wrap(codec.encode(version));
    log.put(
        offset,
        new ConsumerRecord<>(MODELS.topic(), 0, offset, StateKeys.published(model, 1), value));
  }

  @Test
  void aVersionIsReadWhereItStandsAndOnceOnly() throws TaskProblem {
    put(3, "a", version("a", 1));
    put(7, "b", version("b", 2));
    var found = versions.find("b", 1, 7);
    assertThat(found).isEqualTo(version("b", 2));
    assertThat(polls).isEqualTo(1);
    assertThat(versions.find("b", 1, 7)).isSameAs(found);
    assertThat(polls).isEqualTo(1);
  }

  @Test
  void aVersionWhosePlaceIsNotKnownOrNoLongerItsOwnIsLookedFor() throws TaskProblem {
    put(3, "a", version("a", 1));
    put(7, "b", version("b", 2));
    assertThat(versions.find("b", 1, UNKNOWN)).isEqualTo(version("b", 2));
    assertThat(versions.find("b", 1, 3)).as("another's place").isEqualTo(version("b", 2));
    assertThat(versions.find("b", 1, 4)).as("compacted").isEqualTo(version("b", 2));
    assertThat(versions.find("b", 1, 900)).as("beyond the end").isEqualTo(version("b", 2));
  }

  @Test
  void whatComesOrGoesLaterIsNoticedWhereItIsLookedFor() throws TaskProblem {
    put(3, "a", version("a", 1));
    assertThat(versions.find("a", 1, UNKNOWN)).isEqualTo(version("a", 1));
    put(9, "a", version("a", 2));
    assertThat(versions.find("a", 1, UNKNOWN)).isEqualTo(version("a", 2));
    put(11, "a", null);
    assertGone("a", UNKNOWN);
  }

  @Test
  void aVersionThatIsNotThereOrIsAnotherThanItsKeySaysIsNone() {
    put(3, "a", version("b", 1));
    assertGone("a", 3);
    assertGone("never", UNKNOWN);
    log.put(
        5L,
        new ConsumerRecord<>(
            MODELS.topic(), 0, 5, StateKeys.published("c", 1), ByteBuffer.wrap(new byte[] {1})));
    assertGone("c", 5);
  }

  private void assertGone(String model, long place) {
    assertThatThrownBy(() -> versions.find(model, 1, place))
        .isInstanceOfSatisfying(
            TaskProblem.class,
            problem -> {
              assertThat(problem.outcome().cause().code()).isEqualTo(Code.NO_SUCH_MODEL);
              assertThat(problem.outcome().retryable()).isFalse();
            });
  }
}
