package dev.sluice.worker.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.codec.Decoded;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.DatasetFacts;
import dev.sluice.schemas.wire.InferencePrepared;
import dev.sluice.schemas.wire.JobRecord;
import dev.sluice.schemas.wire.Outcome;
import dev.sluice.schemas.wire.Prepare;
import dev.sluice.schemas.wire.Task;
import dev.sluice.schemas.wire.TaskFailed;
import dev.sluice.schemas.wire.TaskReported;
import dev.sluice.schemas.wire.WorkerLife;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.RoundRobinPartitioner;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ReportsTest {

  private static final Outcome OUTCOME = new InferencePrepared(new DatasetFacts("a", 1, 0, 1));

  private final Codec codec = Codec.builtIn();
  private final MockProducer<String, byte[]> producer =
      new MockProducer<>(
          false, new RoundRobinPartitioner(), new StringSerializer(), new ByteArraySerializer());
  private final Reports reports =
      new Reports(producer, codec, new WorkerLife("w", "life"), "engine");
  private final List<@Nullable Exception> ends = new ArrayList<>();

  @Test
  void aReportThatIsTooLargeIsReplacedByOneThatSaysSo() {
    reports.tasks().ended(task(), OUTCOME, ends::add);
    producer.errorNext(new RecordTooLargeException("9000000 bytes"));
    assertThat(ends).as("the task is not settled yet").isEmpty();
    producer.completeNext();

    assertThat(ends).hasSize(1).containsOnlyNulls();
    var failed = (TaskFailed) reported().outcome();
    assertThat(failed.retryable()).isFalse();
    assertThat(failed.cause().code()).isEqualTo(Code.RECORD_TOO_LARGE);
    assertThat(failed.cause().why()).contains("9000000 bytes");
  }

  @Test
  void aReportThatWasNotStoredIsTheCallersMatter() {
    reports.tasks().ended(task(), OUTCOME, ends::add);
    producer.errorNext(new TimeoutException("nobody answers"));
    assertThat(ends).singleElement().isInstanceOf(TimeoutException.class);
    assertThat(producer.history()).hasSize(1);
  }

  private TaskReported reported() {
    var value = ByteBuffer.wrap(producer.history().getLast().value());
    if (codec.decode(JobRecord.class, value) instanceof Decoded.Message<JobRecord>(var record)
        && record.event() instanceof TaskReported reported) {
      return reported;
    }
    throw new AssertionError("not a report");
  }

  private static Task task() {
    return new Task("prepare", "job", 1, 1, "", 7, 0, new Prepare());
  }
}
