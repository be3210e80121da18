package dev.sluice.deploy.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.platform.cluster.Topics;
import dev.sluice.platform.kafka.KafkaSettings;
import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.codec.Decoded;
import dev.sluice.schemas.codec.Vectors;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.DatasetSpec;
import dev.sluice.schemas.wire.EndedPrediction;
import dev.sluice.schemas.wire.InferenceSpec;
import dev.sluice.schemas.wire.JobRecord;
import dev.sluice.schemas.wire.JobSpec;
import dev.sluice.schemas.wire.JobStatus;
import dev.sluice.schemas.wire.Objective;
import dev.sluice.schemas.wire.PlacementWishes;
import dev.sluice.schemas.wire.Predict;
import dev.sluice.schemas.wire.PredictionSpec;
import dev.sluice.schemas.wire.Priority;
import dev.sluice.schemas.wire.Submitted;
import dev.sluice.schemas.wire.Task;
import dev.sluice.schemas.wire.TaskReported;
import dev.sluice.schemas.wire.Unplaceable;
import dev.sluice.schemas.wire.Work;
import dev.sluice.schemas.wire.WorkerLife;
import dev.sluice.worker.accelerator.HostProcessor;
import dev.sluice.worker.report.Reports;
import dev.sluice.worker.rows.RowsServer;
import dev.sluice.worker.serve.RowsQueue;
import dev.sluice.worker.tasks.TaskProblem;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Many small jobs that have their rows themselves, written straight to the log. */
@ExtendWith(Cluster.Provider.class)
final class RowsInJobIT {
  private static final String MODEL = "rows-in-job";
  private static final String SLOW_LANE = "slow-models";
  private static final long LOADING_MS = 7_000;
  private static final int ROWS = 400;
  private static final int PER_JOB = 4;
  private static final Duration POLL = Duration.ofMillis(100);
  private static final Duration WAIT_MAX = Duration.ofSeconds(60);

  private final Codec codec = Codec.builtIn();

  @Test
  void eachJobEndsOnceWithTheAnswersOfTheSameRowsInAFile(Cluster cluster, @TempDir Path dir)
      throws Exception {
    cluster.workers(2);
    var file = Csv.circles(dir, ROWS);
    var dataset = TestJobs.classification(cluster.client().upload(file).artifact(), "inside");
    var training =
        TestJobs.train(dataset, TestJobs.dense(16, 2), Objective.CROSS_ENTROPY, 2, MODEL);
    cluster.succeeded(cluster.client().submit(training, null).jobId());
    var bulk = cluster.client().submit(inAFile(dataset), null).jobId();
    cluster.succeeded(bulk);
    var expected = cluster.results(bulk);

    var lines = Files.readAllLines(file);
    var jobs = new LinkedHashMap<String, PredictionSpec>();
    for (int job = 0; job < ROWS / PER_JOB; job++) {
      jobs.put("rows-in-job-" + job, answering(lines, job * PER_JOB));
    }
    jobs.put("rows-in-job-bad", asked("[[0.1,\"up\"]]", List.of()));
    jobs.put("rows-in-job-nameless", asked("[{\"x\":0.1,\"y\":0.3,\"z\":0.2}]", List.of()));
    submit(cluster, jobs);

    var ended = ended(cluster, jobs.size());
    assertThat(ended).containsOnlyKeys(jobs.keySet());
    assertThat(ended.values()).allMatch(each -> each.size() == 1, "each job ended once");
    for (int job = 0; job < ROWS / PER_JOB; job++) {
      var one = Cluster.present(ended.get("rows-in-job-" + job)).getFirst();
      assertThat(one.status()).as("%s", one.cause()).isEqualTo(JobStatus.SUCCEEDED);
      assertAnswers(one, expected.subList(job * PER_JOB, (job + 1) * PER_JOB));
    }
    assertRefused(
        Cluster.present(ended.get("rows-in-job-bad")).getFirst(), Code.NOT_A_NUMBER, "rows[0][1]");
    assertRefused(
        Cluster.present(ended.get("rows-in-job-nameless")).getFirst(),
        Code.NO_SUCH_COLUMN,
        "rows[0].z");
  }

  @Test
  void noTaskGoesToOthersWhileItsModelTakesLongerToLoadThanALockLasts(Cluster cluster)
      throws Exception {
    var kafka = KafkaSettings.of(cluster.bootstrapServers());
    var loads = new AtomicInteger();
    var defects = new ConcurrentLinkedQueue<Throwable>();
    try (var admin = Admin.create(kafka.admin());
        var producer = new KafkaProducer<String, byte[]>(kafka.burstProducer())) {
      var topics = new Topics(kafka, admin, (short) 1);
      topics.ensureLane(SLOW_LANE);
      topics.ensureLane(Topic.rowsQueue(SLOW_LANE));
      try (var _ = slow(kafka, producer, loads, defects);
          var _ = slow(kafka, producer, loads, defects)) {
        for (int i = 0; i < 20; i++) {
          var rows = ByteBuffer.wrap("[[1]]".getBytes(StandardCharsets.UTF_8));
          var asked = new Predict("slow", 1, 0, rows, List.of());
          var task = new Task("rows", "slow-" + i, 1, 1, "", 0, 0, asked);
          var topic = Topic.tasks(Topic.rowsQueue(SLOW_LANE), Priority.NORMAL);
          var _ = producer.send(new ProducerRecord<>(topic, task.jobId(), codec.encode(task)));
        }
        var jobs = new JobsTopic(cluster);
        cluster.eventually("all are reported", () -> slowReports(jobs).size() >= 20);
        assertThat(slowReports(jobs)).doesNotHaveDuplicates().hasSize(20);
        assertThat(loads.get()).as("workers that had some of them").isBetween(1, 2);
      }
      // Whoever comes later finds nothing left: all was acknowledged.
      try (var last = slow(kafka, producer, loads, defects)) {
        var end = Topic.tasks(Topic.rowsQueue(SLOW_LANE), Priority.LOW);
        var task =
            new Task(
                "rows",
                "slow-last",
                1,
                1,
                "",
                0,
                0,
                new Predict("slow", 1, 0, ByteBuffer.wrap(new byte[0]), List.of()));
        var _ = producer.send(new ProducerRecord<>(end, task.jobId(), codec.encode(task)));
        cluster.eventually("the last one is reported", () -> last.finished() > 0);
        assertThat(last.finished()).isEqualTo(1);
      }
    }
    assertThat(defects).isEmpty();
  }

  private static List<String> slowReports(JobsTopic jobs) {
    return jobs.events().stream()
        .filter(TaskReported.class::isInstance)
        .map(event -> ((TaskReported) event).jobId())
        .filter(job -> job.startsWith("slow-"))
        .toList();
  }

  /** A worker whose model is there only after more than two locks' time. */
  private RowsQueue slow(
      KafkaSettings kafka,
      KafkaProducer<String, byte[]> producer,
      AtomicInteger loads,
      Collection<Throwable> defects) {
    var never = new CountDownLatch(1);
    var server =
        new RowsServer(
            (model, version, place) -> {
              loads.incrementAndGet();
              try {
                assertThat(never.await(LOADING_MS, TimeUnit.MILLISECONDS)).isFalse();
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
              throw new TaskProblem(
                  new Cause(Code.NO_SUCH_MODEL, "model", "There is none.", "", ""), false);
            },
            version -> {
              throw new IllegalStateException("there is no model to load");
            },
            new HostProcessor(),
            System::nanoTime);
    var reports = new Reports(producer, codec, new WorkerLife("slow", "life"), "engine");
    return RowsQueue.join(
        kafka,
        codec,
        SLOW_LANE,
        1_000,
        new RowsQueue.Tools(server, () -> {}, () -> {}, reports, producer::flush),
        1 << 20,
        (thread, why) -> defects.add(why));
  }

  private static JobSpec inAFile(DatasetSpec dataset) {
    var columns = List.of("prediction", "probability", "scores");
    return job("rows in a file", new InferenceSpec(MODEL, "1", dataset, 64, columns));
  }

  private static JobSpec job(String name, Work work) {
    return new JobSpec(
        "default", name, Priority.HIGH, List.of(), Unplaceable.REFUSE, work, PlacementWishes.NONE);
  }

  /** Some rows of the file, as arrays in another order of columns, or as objects. */
  private static PredictionSpec answering(List<String> lines, int from) {
    boolean objects = from % (2 * PER_JOB) == 0;
    var rows =
        IntStream.range(from, from + PER_JOB)
            .mapToObj(row -> lines.get(row + 1).split(",")) // x,inside,y
            .map(
                cells ->
                    objects
                        ? "{\"y\":" + cells[2] + ",\"x\":" + cells[0] + "}"
                        : "[" + cells[2] + "," + cells[0] + "]")
            .collect(Collectors.joining(",", "[", "]"));
    return asked(rows, objects ? List.of() : List.of("y", "x"));
  }

  private static PredictionSpec asked(String rows, List<String> names) {
    return new PredictionSpec(
        MODEL, "1", ByteBuffer.wrap(rows.getBytes(StandardCharsets.UTF_8)), names);
  }

  private void submit(Cluster cluster, Map<String, PredictionSpec> jobs) throws Exception {
    var records = new ArrayList<ProducerRecord<String, byte @Nullable []>>();
    jobs.forEach(
        (id, asked) -> {
          var value = codec.encode(new JobRecord("test", new Submitted(id, "", job(id, asked))));
          records.add(new ProducerRecord<>(Topic.JOBS.topicName(), id, value));
        });
    var _ = new JobsTopic(cluster).writeAll(records);
  }

  /** What sluice.predictions has of these jobs once all have ended, and a while later. */
  private Map<String, List<EndedPrediction>> ended(Cluster cluster, int jobs) {
    var found = new TreeMap<String, List<EndedPrediction>>();
    var partitions =
        IntStream.range(0, Topic.PREDICTIONS.partitions())
            .mapToObj(number -> new TopicPartition(Topic.PREDICTIONS.topicName(), number))
            .toList();
    var settings = KafkaSettings.of(cluster.bootstrapServers()).committedScan();
    try (var consumer = new KafkaConsumer<String, ByteBuffer>(settings)) {
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      long deadline = System.nanoTime() + WAIT_MAX.toNanos();
      // One more empty look, in which a second ending of a job would show.
      for (boolean more = true; more; ) {
        assertThat(System.nanoTime()).as("%d jobs have ended", found.size()).isLessThan(deadline);
        var records = consumer.poll(POLL);
        records.forEach(
            record -> {
              if (codec.decode(EndedPrediction.class, record.value())
                      instanceof Decoded.Message<EndedPrediction>(var ended)
                  && ended.jobId().startsWith(MODEL)) {
                found.computeIfAbsent(ended.jobId(), id -> new ArrayList<>()).add(ended);
              }
            });
        more = found.size() < jobs || !records.isEmpty();
      }
    }
    return found;
  }

  private static void assertAnswers(EndedPrediction job, List<JsonNode> expected) {
    var predicted = job.predicted();
    assertThat(predicted).isNotNull();
    var answers = Cluster.present(predicted).answers();
    assertThat(answers.predictions())
        .isEqualTo(expected.stream().map(row -> row.path("prediction").asText()).toList());
    var scores = Vectors.floats(answers.scores());
    for (int row = 0; row < expected.size(); row++) {
      assertThat(answers.probabilities().get(row))
          .isEqualTo(expected.get(row).path("probability").asDouble());
      for (int output = 0; output < answers.outputs(); output++) {
        assertThat(scores[row * answers.outputs() + output])
            .isEqualTo((float) expected.get(row).path("scores").get(output).asDouble());
      }
    }
    assertThat(Cluster.present(predicted).computeMs()).isPositive();
    assertThat(job.worker()).isNotEmpty();
    assertThat(job.attempts()).isEqualTo(1);
  }

  private static void assertRefused(EndedPrediction job, Code code, String where) {
    assertThat(job.status()).isEqualTo(JobStatus.FAILED);
    var cause = Cluster.present(job.cause());
    assertThat(cause.code()).isEqualTo(code);
    assertThat(cause.where()).isEqualTo(where);
    assertThat(job.predicted()).isNull();
  }
}
