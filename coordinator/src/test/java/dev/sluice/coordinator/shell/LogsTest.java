package dev.sluice.coordinator.shell;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.coordinator.runtime.Position;
import dev.sluice.schemas.topics.Topic;
import java.nio.ByteBuffer;
import java.util.Map;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.clients.consumer.LogTruncationException;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

/** Up to where a log is the one that was read, as a consumer finds out by leader epochs. */
class LogsTest {

  private static final TopicPartition JOBS = new TopicPartition(Topic.JOBS.topicName(), 0);
  private static final Position READ = new Position(50, 3);
  private static final Map<TopicPartition, Long> AT = Map.of(JOBS, READ.offset());

  @Test
  void itIsSoUpToWhereItPartsFromIt() {
    var parts = Map.of(JOBS, new OffsetAndMetadata(40));
    assertThat(sameUpTo(new LogTruncationException("It was cut.", AT, parts))).isEqualTo(40);
  }

  @Test
  void whereNoEpochTellsItIsNotKnown() {
    assertThat(sameUpTo(new LogTruncationException("It was cut.", AT, Map.of())))
        .isEqualTo(Long.MAX_VALUE);
    assertThat(sameUpTo(new OffsetOutOfRangeException("It is short.", AT)))
        .isEqualTo(Long.MAX_VALUE);
  }

  private static long sameUpTo(InvalidOffsetException found) {
    var consumer = new MockConsumer<String, ByteBuffer>("none");
    consumer.schedulePollTask(() -> consumer.setPollException(found));
    return Logs.OfBrokers.sameUpTo(consumer, JOBS, READ);
  }
}
