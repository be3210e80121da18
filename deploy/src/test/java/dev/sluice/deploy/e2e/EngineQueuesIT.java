package dev.sluice.deploy.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.jobs.state.Job;
import dev.sluice.platform.cluster.Topics;
import dev.sluice.platform.kafka.KafkaSettings;
import dev.sluice.platform.kafka.PassedOver;
import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.topics.FactPart;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.JobSpec;
import dev.sluice.schemas.wire.Prepare;
import dev.sluice.schemas.wire.Priority;
import dev.sluice.schemas.wire.Task;
import dev.sluice.schemas.wire.WorkerLife;
import dev.sluice.worker.lease.HeldTask;
import dev.sluice.worker.lease.TaskSink;
import dev.sluice.worker.queue.TaskQueue;
import dev.sluice.worker.report.Controls;
import dev.sluice.worker.report.Reports;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A lane while it is upgraded: workers of two releases, whose engines give other bits. */
@ExtendWith(Cluster.Provider.class)
final class EngineQueuesIT {
  private static final String LANE = "upgraded";
  private static final int TASKS = 10;
  private static final List<Priority> PRIORITIES = List.of(Priority.values());

  @Test
  void workersOfTwoEnginesShareALaneAndNoTaskIsGivenBack(Cluster cluster) throws Exception {
    var kafka = KafkaSettings.of(cluster.bootstrapServers());
    try (var old = new Workers(kafka, "old", 2);
        var next = new Workers(kafka, "next", 3);
        var producer = new KafkaProducer<String, byte[]>(kafka.controlProducer())) {
      var spec = Job.record("upgrade", 1, spec());
      var _ =
          producer.send(
              new ProducerRecord<>(
                  Topic.JOB_FACTS.topicName(), FactPart.key(spec), Codec.builtIn().encode(spec)));
      for (var engine : List.of("old", "next", "")) {
        for (int i = 0; i < TASKS; i++) {
          var task = new Task(engine + i, "upgrade", 1, 1, engine, spec.digest(), 0, new Prepare());
          var topic = Topic.tasks(Topic.queue(LANE, engine), PRIORITIES.get(i % PRIORITIES.size()));
          var _ =
              producer.send(
                  new ProducerRecord<>(topic, 0, task.taskId(), Codec.builtIn().encode(task)));
        }
      }
      cluster.eventually("all are done", () -> old.tasks.size() + next.tasks.size() >= 3 * TASKS);

      assertThat(old.engines()).contains("old").doesNotContain("next");
      assertThat(next.engines()).contains("next").doesNotContain("old");
      assertThat(Stream.concat(old.tasks.stream(), next.tasks.stream()))
          .allMatch(held -> held.delivery() == 1)
          .hasSize(3 * TASKS);
    }
  }

  private static JobSpec spec() {
    return TestJobs.inferAll(TestJobs.classification("sha256:" + "0".repeat(64), "x"), "m", "1", 1);
  }

  /** Some workers of one engine, that do at once whatever they get. */
  private static final class Workers implements AutoCloseable {
    final Collection<HeldTask> tasks = new ConcurrentLinkedQueue<>();
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();

    Workers(KafkaSettings kafka, String engine, int workers) {
      var admin = keep(Admin.create(kafka.admin()));
      var topics = new Topics(kafka, admin, (short) 1);
      topics.ensureLane(LANE);
      topics.ensureLane(Topic.queue(LANE, engine));
      var codec = Codec.builtIn();
      var defects = new ArrayList<Throwable>();
      var passedOver = keep(new PassedOver(kafka, codec));
      var controls =
          keep(
              new Controls(
                  kafka,
                  Topic.JOB_FACTS.partitions(),
                  codec,
                  passedOver,
                  () -> {},
                  (thread, e) -> defects.add(e)));
      var producer = keep(new KafkaProducer<String, byte[]>(kafka.controlProducer()));
      for (int worker = 0; worker < workers; worker++) {
        var reports = new Reports(producer, codec, new WorkerLife(engine + worker, "1"), engine);
        var sink = new Sink();
        var queue =
            keep(
                new TaskQueue(
                    kafka,
                    codec,
                    new TaskQueue.Scope(LANE, engine, 16, 1_000),
                    controls,
                    reports,
                    sink,
                    (thread, e) -> defects.add(e)));
        sink.queue = queue;
        queue.want(true, 0);
      }
    }

    private <T extends AutoCloseable> T keep(T part) {
      opened.push(part);
      return part;
    }

    List<String> engines() {
      return tasks.stream().map(held -> held.task().engine()).toList();
    }

    private final class Sink implements TaskSink {
      private final AtomicLong seen = new AtomicLong();
      private @Nullable TaskQueue queue;

      @Override
      public void arrived(HeldTask task) {
        tasks.add(task);
        var from = Cluster.present(queue);
        from.ended(task.key(), 1_000);
        from.done(task.key());
        from.want(true, seen.incrementAndGet());
      }

      @Override
      public void lost(String key) {
        throw new AssertionError(key + " is lost");
      }
    }

    @Override
    public void close() throws IOException {
      for (var part : opened) {
        try {
          part.close();
        } catch (Exception e) {
          throw new IOException(e);
        }
      }
    }
  }
}
