package dev.sluice.deploy.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.producer.api.JobView;
import dev.sluice.schemas.wire.JobSpec;
import dev.sluice.schemas.wire.Objective;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every process is told to stop and is started again, one after the other, while a model is trained
 * and another one answers. Nothing of it shows in the outcome.
 */
final class RollingRestartIT {
  private static final List<String> WORKERS = List.of("worker-1", "worker-2");
  private static final List<String> PARTS =
      List.of("worker-1", "coordinator-1", "producer", "worker-2", "coordinator-2");
  private static final int EPOCHS = 60;
  private static final int ROWS = 5_000;

  @Test
  void theOutcomeIsTheSame(@TempDir Path dir) throws Exception {
    try (var cluster = OwnCluster.in(dir.resolve("broker"))) {
      cluster.coordinator("coordinator-1");
      cluster.coordinator("coordinator-2");
      for (var worker : WORKERS) {
        cluster.worker(worker);
      }
      cluster.awaitRunning();
      var answering = circles(cluster, dir);
      var training = TestJobs.quickstart(cluster.client(), EPOCHS, "rolled");
      var reference = cluster.succeeded(cluster.client().submit(training, null).jobId());

      var jobId = cluster.client().submit(training, null).jobId();
      var answers = new ArrayList<String>();
      for (var part : PARTS) {
        progress(cluster, jobId);
        answers.add(cluster.client().submit(answering, null).jobId());
        var process = cluster.part(part);
        process.tellToStop();
        whileWorkersStand(
            cluster,
            part,
            () -> {
              assertThat(process.exit())
                  .as("%s, when it was told to stop", part)
                  .isEqualTo(OwnProcess.TOLD_TO_STOP);
              cluster.start(part);
            });
      }
      progress(cluster, jobId);
      answers.add(cluster.client().submit(answering, null).jobId());
      cluster.stopBroker();
      whileWorkersStand(cluster, "broker", cluster::startBroker);

      assertThat(sha256(cluster.succeeded(jobId))).isEqualTo(sha256(reference));
      for (var answer : answers) {
        cluster.succeeded(answer);
        expectEveryRowOnce(cluster, answer);
      }
      assertThat(new JobsTopic(cluster.bootstrapServers()).deadLetters()).isEmpty();
    }
  }

  private static JobSpec circles(OwnCluster cluster, Path dir) throws Exception {
    var rows = cluster.client().upload(Csv.circles(dir, ROWS)).artifact();
    var dataset = TestJobs.classification(rows, "inside");
    var training =
        TestJobs.train(dataset, TestJobs.dense(16, 2), Objective.CROSS_ENTROPY, 2, "circles");
    cluster.succeeded(cluster.client().submit(training, null).jobId());
    return TestJobs.inferAll(dataset, "circles", "1", 1);
  }

  /** Waits until the job has moved on since now, which it does after every restart. */
  private static void progress(OwnCluster cluster, String jobId) throws Exception {
    long before = steps(cluster.until(jobId, "read", job -> true));
    var job = cluster.until(jobId, "gone on", now -> steps(now) > before);
    assertThat(job.status()).as("the job still runs").isEqualTo("running");
  }

  private static long steps(JobView job) {
    var training = job.training();
    return training == null ? 0 : training.step();
  }

  private interface Action {
    void run() throws Exception;
  }

  /** However slow a start is on this machine, the job has not ended meanwhile. */
  private static void whileWorkersStand(OwnCluster cluster, String but, Action action)
      throws Exception {
    var standing = WORKERS.stream().filter(name -> !name.equals(but)).map(cluster::part).toList();
    for (var worker : standing) {
      worker.signal("-STOP");
    }
    try {
      action.run();
    } finally {
      for (var worker : standing) {
        worker.signal("-CONT");
      }
    }
  }

  private static void expectEveryRowOnce(OwnCluster cluster, String jobId) throws Exception {
    var answers = cluster.results(jobId);
    var rows = new HashSet<Long>();
    answers.forEach(answer -> rows.add(answer.required("row").asLong()));
    assertThat(answers).hasSize(ROWS);
    assertThat(rows).hasSize(ROWS);
  }

  private static String sha256(JobView job) {
    return Cluster.present(job.model()).sha256();
  }
}
