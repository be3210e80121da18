package dev.sluice.deploy.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.platform.kafka.KafkaSettings;
import dev.sluice.producer.api.ApiJson;
import dev.sluice.producer.api.JobView;
import dev.sluice.producer.api.ProblemType;
import dev.sluice.producer.client.SluiceException;
import dev.sluice.producer.jobs.JobIds;
import dev.sluice.schemas.topics.FactPart;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.JobEvent;
import dev.sluice.schemas.wire.JobSpec;
import dev.sluice.schemas.wire.PlacementWishes;
import dev.sluice.schemas.wire.Submitted;
import dev.sluice.schemas.wire.Unplaceable;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Jobs that have left the states for the history: everything about them can be asked, and nothing
 * of them begins anew, whoever was started since.
 */
final class PastJobsIT {
  private static final String MODEL = "past";
  private static final String TENANT = "default";
  private static final String LANE = "cpu";
  private static final int EPOCHS = 3;

  /** As many as end after a job in its partition before it leaves at once, and some. */
  private static final int LATER = 1_100;

  /** How many jobs there are of each status. */
  private static final Map<String, Integer> COUNTS = Map.of("succeeded", 2, "refused", 1 + LATER);

  private static final int PAGE = 500;

  @TempDir private Path dir;

  /**
   * A job that has ended.
   *
   * @param key its idempotency key
   * @param spec as it was submitted
   * @param told what was said of it when it had just ended
   */
  private record Past(String key, JobSpec spec, JsonNode told) {
    String jobId() {
      return JobIds.derived(TENANT, key);
    }
  }

  /**
   * All that there is to be asked of.
   *
   * @param trained a training job
   * @param answered an inference job
   * @param refused a job that no lane could do
   * @param rows what the inference job answered
   */
  private record Ended(Past trained, Past answered, Past refused, List<JsonNode> rows) {
    List<Past> all() {
      return List.of(trained, answered, refused);
    }
  }

  @Test
  void whatHasLeftForTheHistoryIsToldFromThereAndNeverBeginsAnew() throws Exception {
    try (var cluster = OwnCluster.in(dir.resolve("broker"))) {
      cluster.coordinator("coordinator-1");
      cluster.worker("worker-1");
      cluster.awaitRunning();
      var topic = new JobsTopic(cluster.bootstrapServers());
      var ended = end(cluster);
      leave(cluster, topic, ended);

      expectTold(cluster, ended, true);
      expectTheSameJobs(cluster, topic, ended);
      expectNoStates(topic, ended);

      restart(cluster, "producer");
      restart(cluster, "coordinator-1");
      expectTold(cluster, ended, false);
      expectTheSameJobs(cluster, topic, ended);

      submitStraight(topic, ended.trained);
      submitStraight(topic, ended.refused);
      expectTold(cluster, ended, false);
      expectNoStates(topic, ended);

      expectTaskDropped(cluster, topic, ended.answered);
      assertThat(topic.deadLetters()).isEmpty();
    }
  }

  /** One of each kind, all in one partition of the ledger. */
  private static Ended end(OwnCluster cluster) throws Exception {
    var client = cluster.client();
    var training = TestJobs.quickstart(client, EPOCHS, MODEL);
    cluster.succeeded(client.submit(training, "train").jobId());
    var answering = TestJobs.inferHeldOut(training, MODEL, "1");
    var answer = keyBeside("answer");
    cluster.succeeded(client.submit(answering, answer).jobId());
    var nowhere = nowhere(training);
    var refused = keyBeside("refused");
    assertThat(refusal(() -> client.submit(nowhere, refused))).isEqualTo(ProblemType.REFUSED);
    var rows = cluster.results(JobIds.derived(TENANT, answer));
    assertThat(rows).isNotEmpty();
    var ended =
        new Ended(
            past(cluster, "train", training),
            past(cluster, answer, answering),
            past(cluster, refused, nowhere),
            rows);
    assertThat(ended.trained.told.at("/training/lossCurve")).isNotEmpty();
    assertThat(ended.trained.told.at("/model/metrics")).isNotEmpty();
    assertThat(ended.answered.told.at("/inference/metrics")).isNotEmpty();
    assertThat(ended.refused.told.at("/cause/code").asText()).isNotEmpty();
    assertThat(ended.all()).allSatisfy(past -> assertThat(past.told.at("/verdicts")).isNotEmpty());
    return ended;
  }

  private static Past past(OwnCluster cluster, String key, JobSpec spec) throws Exception {
    return new Past(key, spec, told(cluster, JobIds.derived(TENANT, key)));
  }

  private static JsonNode told(OwnCluster cluster, String jobId) throws SluiceException {
    return ApiJson.MAPPER.valueToTree(cluster.client().job(jobId));
  }

  /** Others end after them, until they leave. */
  private static void leave(OwnCluster cluster, JobsTopic topic, Ended ended) throws Exception {
    var later =
        IntStream.range(0, Integer.MAX_VALUE)
            .mapToObj(number -> "later-" + number)
            .filter(jobId -> partition(jobId) == partition(ended.trained.jobId()))
            .limit(LATER)
            .toList();
    topic.submitAll(later, ended.refused.spec);
    Eventually.holds(
        "they have left",
        Cluster.READY_MAX,
        () -> topic.left().keySet().containsAll(ended.all().stream().map(Past::jobId).toList()));
    Eventually.holds(
        "the last of the others has ended",
        Cluster.READY_MAX,
        () -> cluster.client().jobs(null, 1, null).counts().equals(COUNTS));
  }

  /** The jobs, the list and the results are what they were when the jobs had just ended. */
  private static void expectTold(OwnCluster cluster, Ended ended, boolean sameProducer)
      throws Exception {
    for (var past : ended.all()) {
      var told = told(cluster, past.jobId());
      // Losses are what a producer has seen itself.
      assertThat(sameProducer ? told : withoutLosses(told))
          .isEqualTo(sameProducer ? past.told : withoutLosses(past.told));
      assertThat(refusal(() -> cluster.client().cancel(past.jobId())))
          .isEqualTo(ProblemType.WRONG_STATE);
    }
    assertThat(cluster.results(ended.answered.jobId())).isEqualTo(ended.rows);
    assertThat(refusal(() -> cluster.results(ended.trained.jobId())))
        .isEqualTo(ProblemType.WRONG_STATE);

    assertThat(cluster.client().jobs(null, 1, null).counts()).isEqualTo(COUNTS);
    assertThat(list(cluster, "succeeded"))
        .extracting(JobView::jobId, JobView::status)
        .containsExactly(
            tuple(ended.answered.jobId(), "succeeded"), tuple(ended.trained.jobId(), "succeeded"));
    assertThat(list(cluster, null))
        .extracting(JobView::jobId)
        .hasSize(3 + LATER)
        .doesNotHaveDuplicates()
        .containsAll(ended.all().stream().map(Past::jobId).toList());
  }

  private static JsonNode withoutLosses(JsonNode job) {
    var copy = job.deepCopy();
    if (copy.at("/training") instanceof ObjectNode training) {
      training.remove("lossCurve");
    }
    return copy;
  }

  /** All pages of a list. */
  private static List<JobView> list(OwnCluster cluster, @Nullable String status)
      throws SluiceException {
    var all = new ArrayList<JobView>();
    var page = cluster.client().jobs(status, PAGE, null);
    all.addAll(page.jobs());
    while (page.next() != null) {
      page = cluster.client().jobs(status, PAGE, page.next());
      all.addAll(page.jobs());
    }
    return all;
  }

  /** Who repeats a submission is told of the same job, and nothing is submitted for it. */
  private static void expectTheSameJobs(OwnCluster cluster, JobsTopic topic, Ended ended)
      throws Exception {
    var client = cluster.client();
    for (var past : List.of(ended.trained, ended.answered)) {
      var again = client.submit(past.spec, past.key);
      assertThat(again.jobId()).isEqualTo(past.jobId());
      assertThat(again.status()).isEqualTo("succeeded");
    }
    assertThat(refusal(() -> client.submit(ended.refused.spec, ended.refused.key)))
        .isEqualTo(ProblemType.REFUSED);
    assertThat(refusal(() -> client.submit(ended.answered.spec, ended.trained.key)))
        .isEqualTo(ProblemType.KEY_REUSED);
    assertThat(submissions(topic)).containsAllEntriesOf(once(ended));
  }

  private static Map<String, Long> once(Ended ended) {
    var once = new HashMap<String, Long>();
    ended.all().forEach(past -> once.put(past.jobId(), 1L));
    return once;
  }

  private static Map<String, Long> submissions(JobsTopic topic) {
    var counts = new HashMap<String, Long>();
    for (JobEvent event : topic.events()) {
      if (event instanceof Submitted submitted) {
        counts.merge(submitted.jobId(), 1L, Long::sum);
      }
    }
    return counts;
  }

  /** What owners and workers read at their start has nothing of them. */
  private static void expectNoStates(JobsTopic topic, Ended ended) {
    var jobIds = ended.all().stream().map(Past::jobId).toList();
    for (var one : List.of(Topic.JOB_STATES, Topic.JOB_FACTS, Topic.CONTROLS)) {
      assertThat(topic.standing(one))
          .as("keys in %s", one.topicName())
          .noneMatch(key -> jobIds.contains(FactPart.jobId(key)));
    }
  }

  private static void restart(OwnCluster cluster, String part) throws Exception {
    cluster.part(part).tellToStop();
    assertThat(cluster.part(part).exit()).isEqualTo(OwnProcess.TOLD_TO_STOP);
    cluster.start(part);
  }

  /** Submits it once more as any client of Kafka may, and returns when the ledger has read it. */
  private static void submitStraight(JobsTopic topic, Past past) throws Exception {
    var written = topic.submit(past.jobId(), past.spec);
    Eventually.holds(
        "the ledger has read it",
        Cluster.READY_MAX,
        () -> topic.ledgerCursors().getOrDefault(written.partition(), 0L) > written.offset());
  }

  /** A task that still stands in a lane when all that was known of its job is gone. */
  private static void expectTaskDropped(OwnCluster cluster, JobsTopic topic, Past past)
      throws Exception {
    int starts = topic.starts(past.jobId()).size();
    restart(cluster, "worker-1");
    try (var admin = Admin.create(KafkaSettings.of(cluster.bootstrapServers()).admin())) {
      var lanes = admin.listTopics().names().get();
      var there = Topic.tasks(LANE, lanes).stream().filter(lanes::contains).toList();
      var task = topic.tasks(there, past.jobId()).getLast();
      Eventually.holds(
          "the lane is empty", Cluster.READY_MAX, () -> LaneIT.lag(admin, LANE, task.topic()) == 0);
      topic.write(new ProducerRecord<>(task.topic(), 0, task.key(), bytes(task.value())));
      Eventually.holds(
          "the task has left the lane",
          Cluster.READY_MAX,
          () -> LaneIT.lag(admin, LANE, task.topic()) == 0);
    }
    // The worker that has dropped it goes on.
    var next = keyBeside("next");
    cluster.succeeded(cluster.client().submit(past.spec, next).jobId());
    assertThat(topic.starts(past.jobId())).hasSize(starts);
  }

  private static byte[] bytes(ByteBuffer value) {
    var bytes = new byte[value.remaining()];
    value.duplicate().get(bytes);
    return bytes;
  }

  /** A key whose job is in the partition of the training job. */
  private static String keyBeside(String word) {
    return Stream.iterate(0, number -> number + 1)
        .map(number -> word + "-" + number)
        .filter(
            key ->
                partition(JobIds.derived(TENANT, key))
                    == partition(JobIds.derived(TENANT, "train")))
        .findFirst()
        .orElseThrow();
  }

  private static int partition(String jobId) {
    return Topic.partition(jobId, Topic.JOBS.partitions());
  }

  /** The same job for a lane that nobody has declared. */
  private static JobSpec nowhere(JobSpec job) {
    return new JobSpec(
        job.tenant(),
        job.name(),
        job.priority(),
        List.of("nowhere"),
        Unplaceable.REFUSE,
        job.work(),
        PlacementWishes.NONE);
  }

  /** A call that the server refuses. */
  private interface Call {
    Object make() throws Exception;
  }

  private static ProblemType refusal(Call call) {
    var refused = catchThrowableOfType(SluiceException.Refused.class, call::make);
    assertThat(refused).isNotNull();
    return ProblemType.of(refused.problem().type()).orElseThrow();
  }
}
