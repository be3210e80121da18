package dev.sluice.deploy.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.deploy.standalone.StandaloneOptions;
import dev.sluice.platform.cluster.Topics;
import dev.sluice.platform.kafka.KafkaSettings;
import dev.sluice.producer.api.JobView;
import dev.sluice.producer.jobs.JobIds;
import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.topics.StateKeys;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.CheckpointRecord;
import dev.sluice.schemas.wire.FoldCursor;
import dev.sluice.schemas.wire.JobSpec;
import dev.sluice.schemas.wire.LedgerCursor;
import dev.sluice.schemas.wire.StateRecord;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongUnaryOperator;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * The gradient log is not the one that was folded, or that of jobs not the one that was decided on.
 * What a broker would have to lose for that can't be lost on purpose, so what is stored is made to
 * say that it was read up to elsewhere.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class LostLogIT {

  private static final int EPOCHS = 60;
  private static final int EPOCHS_NEXT = 2;

  /** More offsets than a test's log has. */
  private static final int BEYOND = 100_000;

  private Cluster cluster;

  @BeforeAll
  void start() throws Exception {
    cluster =
        Cluster.ofItsOwn(
            StandaloneOptions.temporary(0)
                .withCoordinator(Map.of("audit-mebibytes", "0", "checkpoint-ms", "100")));
    cluster.workers(1);
  }

  @AfterAll
  void stop() {
    cluster.close();
  }

  @Test
  void whatWasRemovedBeforeItWasFoldedFailsItsJob() throws Exception {
    assertThat(loses(beginning -> beginning - 5))
        .contains("are lost", "begins at", "submit the job again");
  }

  @Test
  void anEndThatIsGoneFailsItsJob() throws Exception {
    assertThat(loses(end -> end + 1000)).contains("are lost", "ends at", "submit the job again");
  }

  @Test
  void aLogThatIsMadeAnewWhileItIsReadFailsItsJob() throws Exception {
    var spec = TestJobs.quickstart(cluster.client(), EPOCHS, "lost");
    var jobId = cluster.client().submit(spec, null).jobId();
    cluster.until(jobId, LostLogIT::begun, "begun");
    try (var _ = cluster.pauseWorkers()) {
      makeAnew(Topic.GRADIENTS);
      cluster.failed(jobId);
    }
    assertThat(said(jobId)).contains("are lost", "ends at 0");
    trainsAfter(jobId);
  }

  @Test
  void ofALedgerWhoseLogLostItsEndWhatIsSubmittedNextIsDecidedOn() throws Exception {
    var spec = TestJobs.quickstart(cluster.client(), EPOCHS_NEXT, "before");
    cluster.succeeded(cluster.client().submit(spec, null).jobId());
    for (int partition = 0; partition < Topic.JOBS.partitions(); partition++) {
      long end = offset(new TopicPartition(Topic.JOBS.topicName(), partition), false);
      say(
          Topic.JOB_STATES,
          partition,
          StateKeys.CURSOR,
          Codec.builtIn().encode(new StateRecord(new LedgerCursor(end + BEYOND, 0))));
    }
    cluster.restartCoordinator();
    var topic = new JobsTopic(cluster);
    cluster.eventually(
        "it goes on from the end",
        () -> topic.ledgerCursors().values().stream().allMatch(cursor -> cursor < BEYOND));

    var next = TestJobs.quickstart(cluster.client(), EPOCHS_NEXT, "after");
    cluster.succeeded(cluster.client().submit(next, null).jobId());
  }

  /** Trains, says in the middle that another part of the log was folded, and trains once more. */
  private String loses(LongUnaryOperator folded) throws Exception {
    var spec = TestJobs.quickstart(cluster.client(), EPOCHS, "lost");
    var jobId = cluster.client().submit(spec, null).jobId();
    int partition = partition(jobId);
    cluster.until(jobId, LostLogIT::begun, "begun");
    try (var _ = cluster.pauseWorkers()) {
      cluster.eventually(
          "all is folded", () -> offset(partition, true) == offset(partition, false));
      say(partition, folded.applyAsLong(offset(partition, true)));
      cluster.restartCoordinator();
      cluster.failed(jobId);
    }
    trainsAfter(jobId);
    return said(jobId);
  }

  /** The next job in the same partition runs as ever. */
  private void trainsAfter(String jobId) throws Exception {
    var next = TestJobs.quickstart(cluster.client(), EPOCHS_NEXT, "next");
    cluster.succeeded(cluster.client().submit(next, keyOf(next, jobId)).jobId());
  }

  private String said(String jobId) throws Exception {
    return String.valueOf(cluster.client().job(jobId).cause());
  }

  private void makeAnew(Topic topic) throws Exception {
    try (var admin = Admin.create(KafkaSettings.of(cluster.bootstrapServers()).admin())) {
      admin
          .deleteTopics(List.of(topic.topicName()))
          .all()
          .get(Cluster.READY_MAX.toSeconds(), TimeUnit.SECONDS);
      cluster.eventually(
          "the topic is gone", () -> !admin.listTopics().names().get().contains(topic.topicName()));
      new Topics(KafkaSettings.of(cluster.bootstrapServers()), admin, (short) -1).ensure();
    }
  }

  private static boolean begun(JobView job) {
    var training = job.training();
    return training != null && training.step() >= 10;
  }

  private void say(int partition, long nextOffset) throws Exception {
    var cursor = new CheckpointRecord(new FoldCursor(nextOffset, -1, 0, List.of()));
    say(Topic.CHECKPOINTS, partition, "cursor", Codec.builtIn().encode(cursor));
  }

  private void say(Topic topic, int partition, String key, byte[] value) throws Exception {
    var kafka = KafkaSettings.of(cluster.bootstrapServers());
    try (var producer = new KafkaProducer<String, byte[]>(kafka.controlProducer())) {
      producer
          .send(new ProducerRecord<>(topic.topicName(), partition, key, value))
          .get(Cluster.READY_MAX.toSeconds(), TimeUnit.SECONDS);
    }
  }

  private static int partition(String jobId) {
    return Topic.partition(Topic.blockKey(jobId, 0), Topic.GRADIENTS.partitions());
  }

  /** A key of a job whose only block is in the partition of another job's. */
  private static String keyOf(JobSpec spec, String other) {
    return IntStream.range(0, 1000)
        .mapToObj(number -> "after-" + other + "-" + number)
        .filter(key -> partition(JobIds.derived(spec.tenant(), key)) == partition(other))
        .findFirst()
        .orElseThrow();
  }

  private long offset(int partition, boolean beginning) throws Exception {
    return offset(new TopicPartition(Topic.GRADIENTS.topicName(), partition), beginning);
  }

  private long offset(TopicPartition log, boolean beginning) throws Exception {
    var spec = beginning ? OffsetSpec.earliest() : OffsetSpec.latest();
    try (var admin = Admin.create(KafkaSettings.of(cluster.bootstrapServers()).admin())) {
      return admin
          .listOffsets(Map.of(log, spec))
          .partitionResult(log)
          .get(Cluster.READY_MAX.toSeconds(), TimeUnit.SECONDS)
          .offset();
    }
  }
}
