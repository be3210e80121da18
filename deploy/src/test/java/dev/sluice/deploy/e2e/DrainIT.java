package dev.sluice.deploy.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.deploy.standalone.StandaloneOptions;
import dev.sluice.platform.kafka.KafkaSettings;
import dev.sluice.producer.api.JobView;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.AttemptStarted;
import dev.sluice.schemas.wire.JobSpec;
import dev.sluice.schemas.wire.Objective;
import dev.sluice.schemas.wire.TaskReported;
import dev.sluice.schemas.wire.TermFinished;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Processes that are told to stop end what they do, and leave nothing to be done again. */
final class DrainIT {

  /** Records that may come within the time in which they gather, and are not waited for. */
  private static final long GATHERED_MAX = 32;

  private static final int ROWS = 100_000; // 98 tasks
  private static final String LONG_TASK = "50000";
  private static final int FOR_HOURS = 1_000_000;
  private static final Pattern BEGINS = Pattern.compile("Task (\\S+) of job (\\S+) begins");

  /** Terms that are long enough for a worker to leave in the middle of one. */
  private static final String LONG_TERMS = "20000";

  @Test
  void aWorkerThatLeavesDuringInferenceEndsItsTaskAndNoneIsBegunTwice(@TempDir Path dir)
      throws Exception {
    var options =
        StandaloneOptions.temporary(0).withCoordinator(Map.of("rows-per-task-max", "1024"));
    try (var cluster = Cluster.ofItsOwn(options);
        var first = worker(cluster, "first")) {
      var answering = answering(cluster, dir);
      var jobId = cluster.client().submit(answering, null).jobId();
      // One after the other, so that each has something to leave.
      leaveAtWork(cluster, first, jobId);
      try (var second = worker(cluster, "second")) {
        leaveAtWork(cluster, second, jobId);
      }
      try (var stays = worker(cluster, "stays")) {
        cluster.succeeded(jobId);
        assertThat(begun(stays, jobId)).as("tasks that were left to others").isPositive();
      }
      assertThat(new JobsTopic(cluster).starts(jobId))
          .hasSizeGreaterThan(90)
          .extracting(AttemptStarted::taskId)
          .doesNotHaveDuplicates();
      assertThat(cluster.results(jobId)).hasSize(ROWS);
    }
  }

  @Test
  void aWorkerThatMayNotWaitGivesItsTaskBackAtOnceAndItIsBegunAgainOnce(@TempDir Path dir)
      throws Exception {
    var options =
        StandaloneOptions.temporary(0).withCoordinator(Map.of("rows-per-task", LONG_TASK));
    try (var cluster = Cluster.ofItsOwn(options);
        var leaves = worker(cluster, "leaves", "leave-ms-max=0")) {
      var answering = answering(cluster, dir);
      var jobId = cluster.client().submit(answering, null).jobId();
      cluster.until(jobId, job -> begun(leaves, jobId) > 1, "with one who leaves");
      assertThat(leaves.terminate()).isEqualTo(OwnProcess.TOLD_TO_STOP);

      try (var stays = worker(cluster, "stays")) {
        cluster.succeeded(jobId);
        assertThat(begun(stays, jobId)).isPositive();
        var starts = new JobsTopic(cluster).starts(jobId);
        long again = starts.size() - starts.stream().map(AttemptStarted::taskId).distinct().count();
        assertThat(again).as("tasks that were begun again").isLessThanOrEqualTo(1);
        assertThat(starts).allMatch(start -> start.attempt() == 1);
        assertThat(cluster.results(jobId)).hasSize(ROWS);
      }
    }
  }

  private static void leaveAtWork(Cluster cluster, OwnProcess leaves, String jobId)
      throws Exception {
    cluster.eventually("who leaves has work", () -> begun(leaves, jobId) > 1);
    assertThat(leaves.terminate()).isEqualTo(OwnProcess.TOLD_TO_STOP);
  }

  private static JobSpec answering(Cluster cluster, Path dir) throws Exception {
    var few = cluster.client().upload(Csv.circles(dir, 400)).artifact();
    var training =
        TestJobs.train(
            TestJobs.classification(few, "inside"),
            TestJobs.dense(16, 2),
            Objective.CROSS_ENTROPY,
            2,
            "circles");
    cluster.succeeded(cluster.client().submit(training, null).jobId());
    var many = cluster.client().upload(Csv.circles(dir, ROWS)).artifact();
    return TestJobs.inferAll(TestJobs.classification(many, "inside"), "circles", "1", 1);
  }

  @Test
  void aWorkerThatLeavesDuringTrainingEndsItsTermWhereItIsAndNoneIsBegunTwice() throws Exception {
    var options =
        StandaloneOptions.temporary(0)
            .withCoordinator(
                Map.of(
                    "term-ms", LONG_TERMS,
                    "term-ms-max", "60000",
                    // What a busy machine makes late would run a second time, as it should.
                    "straggler-ms", "3600000"));
    try (var cluster = Cluster.ofItsOwn(options);
        var _ = worker(cluster, "stays");
        var leaves = worker(cluster, "leaves")) {
      var spec = TestJobs.quickstart(cluster.client(), FOR_HOURS, "left");
      var jobId = cluster.client().submit(spec, null).jobId();
      // The first rounds are short.
      var jobs = new JobsTopic(cluster);
      cluster.eventually("it holds a long term", () -> begun(leaves, jobId) > 3);
      long step = Cluster.present(cluster.until(jobId, stepsDone(1), "begun").training()).step();
      // Until both have joined the lane's share group, Kafka moves queues between them, and with a
      // queue go the tasks that were taken from it: that is not what is looked at here.
      int earlier = jobs.starts(jobId).size();

      assertThat(leaves.terminate()).isEqualTo(OwnProcess.TOLD_TO_STOP);

      cluster.until(jobId, stepsDone(step + 100), "gone on");
      cluster.client().cancel(jobId);
      assertThat(jobs.events())
          .as("a term that ended before its end")
          .anyMatch(
              event ->
                  event instanceof TaskReported report
                      && report.jobId().equals(jobId)
                      && report.outcome() instanceof TermFinished term
                      && jobs.events().stream()
                          .anyMatch(
                              other ->
                                  other instanceof AttemptStarted start
                                      && start.taskId().startsWith("term-")
                                      && start.taskId().endsWith("@" + term.reachedStep())
                                      && !start.worker().equals(report.worker())));
      var starts = jobs.starts(jobId);
      var since = starts.subList(earlier, starts.size()).stream().map(DrainIT::attempt).toList();
      assertThat(since)
          .doesNotHaveDuplicates()
          .doesNotContainAnyElementsOf(
              starts.subList(0, earlier).stream().map(DrainIT::attempt).toList());
    }
  }

  private static String attempt(AttemptStarted start) {
    return start.taskId() + "/" + start.attempt();
  }

  @Test
  void aCoordinatorThatLeavesHandsOverAtOnceAndLeavesNothingToReplay() throws Exception {
    try (var cluster = Cluster.ofItsOwn()) {
      cluster.workers(2);
      var spec = TestJobs.quickstart(cluster.client(), FOR_HOURS, "handed-over");
      try (var admin = Admin.create(KafkaSettings.of(cluster.bootstrapServers()).admin());
          // It writes no checkpoint but the one at its end.
          var second = SecondCoordinator.beside(cluster, "checkpoint-ms=600000")) {
        var jobId = cluster.client().submit(spec, second.keyOfItsOwn(spec.tenant())).jobId();
        cluster.until(jobId, stepsDone(50), "begun");
        int partition = Topic.partition(Topic.blockKey(jobId, 0), Topic.GRADIENTS.partitions());
        try (var _ = cluster.pauseWorkers()) {
          assertThat(second.terminate()).isEqualTo(OwnProcess.TOLD_TO_STOP);
          assertThat(SecondCoordinator.owners(admin)).as("it has left").containsExactly(1, 1);
          long end = end(admin, partition);
          assertThat(new JobsTopic(cluster).cursors().get(partition))
              .as("but for what gathers, of workers that fold as well")
              .isBetween(end - GATHERED_MAX, end);
        }
        cluster.until(jobId, stepsDone(100), "gone on");
        cluster.client().cancel(jobId);
      }
    }
  }

  private static OwnProcess worker(Cluster cluster, String name, String... settings)
      throws Exception {
    var arguments = new ArrayList<>(List.of("worker", "--lane", "cpu", "--bootstrap-servers"));
    arguments.add(cluster.bootstrapServers());
    for (var setting : settings) {
      arguments.addAll(List.of("--set", setting));
    }
    return OwnProcess.start(name, arguments);
  }

  private static long begun(OwnProcess worker, String jobId) {
    return worker.found(BEGINS).stream().filter(found -> found.group(2).equals(jobId)).count();
  }

  private static Predicate<JobView> stepsDone(long steps) {
    return job -> {
      var training = job.training();
      return training != null && training.step() >= steps;
    };
  }

  private static long end(Admin admin, int partition) throws Exception {
    var source = new TopicPartition(Topic.GRADIENTS.topicName(), partition);
    return admin
        .listOffsets(Map.of(source, OffsetSpec.latest()))
        .partitionResult(source)
        .get()
        .offset();
  }
}
