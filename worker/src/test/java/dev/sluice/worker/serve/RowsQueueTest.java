package dev.sluice.worker.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.codec.Decoded;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.Infer;
import dev.sluice.schemas.wire.JobRecord;
import dev.sluice.schemas.wire.ModelVersion;
import dev.sluice.schemas.wire.Objective;
import dev.sluice.schemas.wire.Predicted;
import dev.sluice.schemas.wire.Priority;
import dev.sluice.schemas.wire.Task;
import dev.sluice.schemas.wire.TaskFailed;
import dev.sluice.schemas.wire.TaskReported;
import dev.sluice.schemas.wire.WorkerLife;
import dev.sluice.worker.accelerator.HostProcessor;
import dev.sluice.worker.report.Reports;
import dev.sluice.worker.rows.RowsServer;
import dev.sluice.worker.rows.RowsTasks;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockShareConsumer;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.RoundRobinPartitioner;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is told before what, between a share consumer and a producer. */
class RowsQueueTest {
  private static final String LANE = "cpu";
  private static final String NORMAL = Topic.tasks(Topic.rowsQueue(LANE), Priority.NORMAL);
  private static final long WAIT_S = 20;
  private static final ModelVersion SUMS =
      RowsTasks.version("sums", 2, Objective.MEAN_SQUARED_ERROR, List.of());

  private final Codec codec = Codec.builtIn();
  private final MockProducer<String, byte[]> producer =
      new MockProducer<>(
          false, new RoundRobinPartitioner(), new StringSerializer(), new ByteArraySerializer());
  private final List<Throwable> defects = Collections.synchronizedList(new ArrayList<>());
  private final Broker broker = new Broker();
  private volatile Runnable flush = producer::flush;
  private volatile Runnable loading = () -> {};

  private final RowsQueue queue =
      RowsQueue.started(
          LANE,
          () -> broker,
          new RowsRecords(codec, LANE, 1_000),
          new RowsQueue.Tools(
              new RowsServer(
                  (model, version, place) -> SUMS,
                  version -> {
                    loading.run();
                    return new RowsTasks.Sums(2, 13);
                  },
                  new HostProcessor(),
                  System::nanoTime),
              () -> {},
              () -> {},
              new Reports(producer, codec, new WorkerLife("w", "life"), "engine"),
              () -> flush.run()),
          1 << 20,
          (thread, why) -> defects.add(why));

  @AfterEach
  void close() {
    queue.close();
    assertThat(defects).isEmpty();
    assertThat(broker.held).as("nothing is kept").isEmpty();
  }

  /** What a share consumer demands of who uses it. */
  private static final class Broker extends MockShareConsumer<String, byte[]> {
    final BlockingQueue<List<ConsumerRecord<String, byte[]>>> waiting = new LinkedBlockingQueue<>();
    final BlockingQueue<String> settled = new LinkedBlockingQueue<>();
    final Set<Long> held = new HashSet<>();
    final Queue<ConsumerRecord<String, byte[]>> renewed = new ArrayDeque<>();
    final List<ConsumerRecord<String, byte[]>> taken = new ArrayList<>();
    final Set<Long> lost = Collections.synchronizedSet(new HashSet<>());
    final CountDownLatch renewals = new CountDownLatch(1);
    private final Set<Long> renewing = new HashSet<>();

    @Override
    public synchronized ConsumerRecords<String, byte[]> poll(Duration timeout) {
      if (!renewed.isEmpty()) {
        var again = List.copyOf(renewed);
        renewed.clear();
        again.forEach(record -> held.add(record.offset()));
        return records(again);
      }
      if (!held.isEmpty()) {
        throw new IllegalStateException("records are held: " + held);
      }
      List<ConsumerRecord<String, byte[]>> next;
      try {
        next = waiting.poll(timeout.toMillis(), TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        next = null;
      }
      if (next == null) {
        return records(List.of());
      }
      next.forEach(record -> held.add(record.offset()));
      taken.addAll(next);
      return records(next);
    }

    private static ConsumerRecords<String, byte[]> records(
        List<ConsumerRecord<String, byte[]>> all) {
      return new ConsumerRecords<>(
          all.isEmpty() ? Map.of() : Map.of(new TopicPartition(NORMAL, 0), all), Map.of());
    }

    @Override
    public synchronized void acknowledge(
        ConsumerRecord<String, byte[]> record, AcknowledgeType type) {
      if (!held.remove(record.offset())) {
        throw new IllegalStateException("not held: " + record.offset());
      }
      if (type == AcknowledgeType.RENEW) {
        renewing.add(record.offset());
      } else {
        settled.add(record.offset() + " " + type.name());
      }
    }

    @Override
    public synchronized Map<TopicIdPartition, Optional<KafkaException>> commitSync(
        Duration timeout) {
      for (var record : taken) {
        if (renewing.remove(record.offset()) && !lost.contains(record.offset())) {
          renewed.add(record);
        }
      }
      renewals.countDown();
      return renewed.isEmpty()
          ? Map.of(
              new TopicIdPartition(Uuid.ZERO_UUID, 0, NORMAL),
              Optional.of(new KafkaException("given to others")))
          : Map.of();
    }

    @Override
    public synchronized Optional<Integer> acquisitionLockTimeoutMs() {
      return Optional.of(60);
    }

    List<String> await(int n) throws InterruptedException {
      var all = new ArrayList<String>();
      while (all.size() < n) {
        var next = settled.poll(WAIT_S, TimeUnit.SECONDS);
        assertThat(next).as("after %s", all).isNotNull();
        all.add(next);
      }
      return all;
    }

    @Override
    public synchronized void close(Duration timeout) {}
  }

  private static ConsumerRecord<String, byte[]> record(long offset, int delivery, byte[] value) {
    return new ConsumerRecord<>(
        NORMAL,
        0,
        offset,
        0,
        TimestampType.LOG_APPEND_TIME,
        0,
        value.length,
        "key",
        value,
        new RecordHeaders(),
        Optional.empty(),
        Optional.of((short) delivery));
  }

  private ConsumerRecord<String, byte[]> task(long offset, int delivery, String rows) {
    return record(offset, delivery, codec.encode(RowsTasks.task("job-" + offset, "sums", rows)));
  }

  private Map<String, TaskReported> reports() {
    var all = new LinkedHashMap<String, TaskReported>();
    for (var sent : producer.history()) {
      if (codec.decode(JobRecord.class, ByteBuffer.wrap(sent.value()))
          instanceof Decoded.Message<JobRecord>(JobRecord(var _, TaskReported report))) {
        assertThat(sent.topic()).isEqualTo(Topic.JOBS.topicName());
        assertThat(sent.key()).isEqualTo(report.jobId());
        assertThat(all.put(report.jobId(), report)).isNull();
      }
    }
    return all;
  }

  @Test
  void eachTaskIsReportedOnceAndAcknowledgedOnlyOnceThatIsStored() throws Exception {
    var unsettled = new CountDownLatch(1);
    flush =
        () -> {
          if (broker.settled.isEmpty()) {
            unsettled.countDown();
          }
          producer.flush();
        };
    broker.waiting.add(List.of(task(0, 1, "[[1,2]]"), task(1, 1, "bad"), task(2, 1, "[[3,4]]")));
    assertThat(broker.await(3)).containsExactlyInAnyOrder("0 ACCEPT", "1 ACCEPT", "2 ACCEPT");
    assertThat(unsettled.getCount()).as("nothing was settled before it was stored").isZero();
    var reports = reports();
    assertThat(reports).containsOnlyKeys("job-0", "job-1", "job-2");
    assertThat(Objects.requireNonNull(reports.get("job-0")).outcome())
        .isInstanceOf(Predicted.class);
    assertThat(Objects.requireNonNull(reports.get("job-1")).outcome())
        .isInstanceOf(TaskFailed.class);
    assertThat(queue.finished()).isEqualTo(3);
    assertThat(queue.answered()).isEqualTo(2);
  }

  @Test
  void aTaskWhoseReportIsNotStoredGoesBack() throws Exception {
    flush =
        () -> {
          producer.completeNext();
          producer.errorNext(new KafkaException("no brokers"));
          producer.completeNext();
        };
    broker.waiting.add(
        List.of(task(0, 1, "[[1,2]]"), task(1, 1, "[[1,2]]"), task(2, 1, "[[3,4]]")));
    assertThat(broker.await(3)).containsExactlyInAnyOrder("0 ACCEPT", "1 RELEASE", "2 ACCEPT");
  }

  @Test
  void suspectsAreRunWhenAllOthersAreSettled() throws Exception {
    broker.waiting.add(
        List.of(task(0, 4, "[[1,2]]"), task(1, 1, "[[1,2]]"), task(2, 3, "[[1,2]]")));
    assertThat(broker.await(3)).containsExactly("1 ACCEPT", "2 ACCEPT", "0 ACCEPT");
  }

  @Test
  void whatIsNoTaskWithRowsGoesToTheDeadLetters() throws Exception {
    var other = new Task("t", "job", 1, 1, "", 0, 0, new Infer(0, 1));
    broker.waiting.add(
        List.of(
            record(0, 1, new byte[] {1, 2, 3}),
            record(1, 1, codec.encode(other)),
            task(2, 1, "[[1,2]]")));
    assertThat(broker.await(3)).containsExactlyInAnyOrder("0 ACCEPT", "1 ACCEPT", "2 ACCEPT");
    assertThat(
            producer.history().stream()
                .filter(sent -> sent.topic().equals(Topic.DEAD_LETTERS.topicName())))
        .hasSize(2);
    assertThat(reports()).containsOnlyKeys("job-2");
  }

  @Test
  void aTaskOfAnUnknownSchemaIsKeptForAWhileAndOthersDoNotWait() throws Exception {
    var unknown = codec.encode(RowsTasks.task("x", "sums", "[]"));
    unknown[5] ^= 1;
    broker.waiting.add(List.of(record(0, 1, unknown), task(1, 1, "[[1,2]]")));
    assertThat(broker.await(2)).containsExactly("1 ACCEPT", "0 ACCEPT");
    assertThat(broker.renewals.getCount()).as("it was renewed meanwhile").isZero();
  }

  @Test
  void locksAreRenewedWhileAModelIsLoaded() throws Exception {
    loading =
        () -> {
          try {
            assertThat(broker.renewals.await(WAIT_S, TimeUnit.SECONDS)).isTrue();
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
        };
    broker.waiting.add(List.of(task(0, 1, "[[1,2]]"), task(1, 1, "[[1,2]]")));
    assertThat(broker.await(2)).containsExactlyInAnyOrder("0 ACCEPT", "1 ACCEPT");
  }

  @Test
  void whatWasLostMeanwhileIsReportedAndNotAcknowledged() throws Exception {
    broker.lost.add(0L);
    loading =
        () -> {
          try {
            assertThat(broker.renewals.await(WAIT_S, TimeUnit.SECONDS)).isTrue();
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
        };
    broker.waiting.add(List.of(task(0, 1, "[[1,2]]")));
    broker.waiting.add(List.of(task(1, 1, "[[1,2]]")));
    assertThat(broker.await(1)).containsExactly("1 ACCEPT");
    assertThat(reports()).containsOnlyKeys("job-0", "job-1");
  }

  @Test
  void whoLeavesEndsTheRoundInHandAndGivesBackTheRest() throws Exception {
    var computes = new CountDownLatch(1);
    var goOn = new CountDownLatch(1);
    loading =
        () -> {
          computes.countDown();
          try {
            assertThat(goOn.await(WAIT_S, TimeUnit.SECONDS)).isTrue();
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
        };
    broker.waiting.add(List.of(task(0, 1, "[[1,2]]"), task(1, 3, "[[1,2]]")));
    assertThat(computes.await(WAIT_S, TimeUnit.SECONDS)).isTrue();
    queue.leave();
    goOn.countDown();
    assertThat(broker.await(2)).containsExactly("0 ACCEPT", "1 RELEASE");
    assertThat(reports()).containsOnlyKeys("job-0");
  }
}
