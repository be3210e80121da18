package dev.sluice.deploy.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.platform.kafka.KafkaSettings;
import dev.sluice.producer.api.JobView;
import dev.sluice.producer.client.SluiceClient;
import dev.sluice.schemas.wire.Contribution;
import dev.sluice.schemas.wire.GradientRecord;
import dev.sluice.schemas.wire.Objective;
import dev.sluice.schemas.wire.TaskFailed;
import dev.sluice.schemas.wire.TaskReported;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Parts that stand still for long while others want to go on: these wait, with bounded memory and
 * logs, and go on by themselves.
 */
final class StandstillIT {

  /** Looks at the log, of which all find the same. */
  private static final int LOOKS = 10;

  private static final int EPOCHS = 40;
  private static final Duration JOB_MAX = Duration.ofMinutes(5);
  private static final int ROWS = 20_000;
  private static final Pattern CAN_NOT = Pattern.compile("Can't send heartbeats for now");
  private static final Pattern UP =
      Pattern.compile("\"(server|bootstrapServers)\" *: *\"([^\"]+)\"");

  /** A worker says that it can't reach the brokers once in five seconds: longer than all bounds. */
  private static final int TIMES_SAID = 8;

  private static final Duration STANDING_MAX = Duration.ofMinutes(3);

  @Test
  void aCoordinatorThatStandsStillHoldsUpItsWorkersAndFailsNothing(@TempDir Path dir)
      throws Exception {
    try (var cluster = OwnCluster.in(dir.resolve("broker"))) {
      cluster.coordinator("coordinator");
      cluster.worker("worker-1");
      cluster.worker("worker-2");
      cluster.awaitRunning();
      var rows = cluster.client().upload(Csv.circles(dir, ROWS)).artifact();
      var dataset = TestJobs.classification(rows, "inside");
      var circles =
          TestJobs.train(dataset, TestJobs.dense(16, 2), Objective.CROSS_ENTROPY, 2, "circles");
      cluster.succeeded(cluster.client().submit(circles, null).jobId());
      var training = TestJobs.quickstart(cluster.client(), EPOCHS, "held-up");
      var reference = cluster.succeeded(cluster.client().submit(training, null).jobId());
      var jobs = new JobsTopic(cluster.bootstrapServers());

      var jobId = cluster.client().submit(training, null).jobId();
      cluster.until(jobId, "begun", job -> steps(job) > EPOCHS);
      var answering = TestJobs.inferAll(dataset, "circles", "1", 1);
      var answers = cluster.client().submit(answering, null).jobId();
      cluster.until(answers, "dispatched", job -> !job.status().equals("resolving"));
      cluster.part("coordinator").signal("-STOP");
      try (var admin = Admin.create(KafkaSettings.of(cluster.bootstrapServers()).admin())) {
        Eventually.holds(
            "the brokers have given up on it",
            Cluster.READY_MAX,
            () -> SecondCoordinator.owners(admin).equals(List.of(0, 0)));
      }
      expectBoundedLog(jobs, jobId);
      cluster.part("coordinator").signal("-CONT");

      assertThat(sha256(cluster.succeeded(jobId))).isEqualTo(sha256(reference));
      cluster.succeeded(answers);
      var answered = new HashSet<Long>();
      cluster.results(answers).forEach(row -> answered.add(row.required("row").asLong()));
      assertThat(answered).hasSize(ROWS);
      expectNothingFailed(jobs);
    }
  }

  /**
   * The workers, who fold for themselves, end the terms that they have, and then the log stands
   * still. Of each step each group of shards has sent what it has, or another has for it.
   */
  private static void expectBoundedLog(JobsTopic jobs, String jobId) throws Exception {
    var sizes = new ArrayDeque<Integer>();
    Eventually.holds(
        "the log stands still",
        Cluster.READY_MAX,
        () -> {
          sizes.addLast(contributions(jobs, jobId).size());
          if (sizes.size() > LOOKS) {
            sizes.removeFirst();
          }
          return sizes.size() == LOOKS && sizes.stream().distinct().count() == 1;
        });
    var steps =
        contributions(jobs, jobId).stream()
            .collect(Collectors.groupingBy(Contribution::step, Collectors.counting()));
    assertThat(steps).isNotEmpty();
    assertThat(steps.values()).allMatch(count -> count <= 2 * TestJobs.SHARDS);
  }

  private static List<Contribution> contributions(JobsTopic jobs, String jobId) throws Exception {
    return jobs.gradients().stream()
        .filter(record -> record.jobId().equals(jobId))
        .map(GradientRecord::entry)
        .filter(Contribution.class::isInstance)
        .map(Contribution.class::cast)
        .toList();
  }

  @Test
  void brokersThatStandStillForLongerThanAllTimeOutsHoldUpEverythingAndFailNothing(
      @TempDir Path dir) throws Exception {
    var up =
        List.of(
            "up",
            "--workers",
            "0",
            "--port",
            "0",
            "--json",
            "--data",
            dir.resolve("data").toString());
    try (var middle = OwnProcess.start("broker, coordinator and producer", up)) {
      Eventually.holds("it is up", Cluster.READY_MAX, () -> middle.found(UP).size() == 2);
      var server = URI.create(middle.found(UP).get(0).group(2));
      var brokers = middle.found(UP).get(1).group(2);
      var worker = List.of("worker", "--lane", "cpu", "--bootstrap-servers", brokers);
      try (var client = new SluiceClient(server);
          var first = OwnProcess.start("worker-1", worker);
          var second = OwnProcess.start("worker-2", worker)) {
        var training = TestJobs.quickstart(client, EPOCHS, "stood");
        var reference = succeeded(client, client.submit(training, null).jobId());

        var jobId = client.submit(training, null).jobId();
        Eventually.holds("begun", JOB_MAX, () -> steps(client.job(jobId)) > EPOCHS);
        middle.signal("-STOP");
        for (var waits : List.of(first, second)) {
          Eventually.holds(
              "it has said for long that it can't go on",
              STANDING_MAX,
              () -> waits.found(CAN_NOT).size() >= TIMES_SAID);
        }
        middle.signal("-CONT");

        assertThat(sha256(succeeded(client, jobId))).isEqualTo(sha256(reference));
        assertThat(first.alive()).isTrue();
        assertThat(second.alive()).isTrue();
        expectNothingFailed(new JobsTopic(brokers));
      }
    }
  }

  private static void expectNothingFailed(JobsTopic jobs) {
    assertThat(jobs.deadLetters()).isEmpty();
    assertThat(jobs.events())
        .noneMatch(
            event ->
                event instanceof TaskReported report && report.outcome() instanceof TaskFailed);
  }

  private static JobView succeeded(SluiceClient client, String jobId) throws Exception {
    var job = client.await(jobId, JOB_MAX, state -> {});
    assertThat(job.status()).as("%s: %s", jobId, job.cause()).isEqualTo("succeeded");
    return job;
  }

  private static long steps(JobView job) {
    var training = job.training();
    return training == null ? 0 : training.step();
  }

  private static String sha256(JobView job) {
    return Cluster.present(job.model()).sha256();
  }
}
