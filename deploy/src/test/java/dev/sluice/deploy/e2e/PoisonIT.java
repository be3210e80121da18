package dev.sluice.deploy.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.deploy.standalone.LaneWorkers;
import dev.sluice.deploy.standalone.StandaloneOptions;
import dev.sluice.producer.api.JobView;
import dev.sluice.schemas.wire.AttemptLost;
import dev.sluice.schemas.wire.AttemptStarted;
import dev.sluice.schemas.wire.DeadLetter;
import dev.sluice.schemas.wire.JobSpec;
import dev.sluice.schemas.wire.Objective;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A task that ends the process of every worker that begins it. The test does the killing, as soon
 * as the log says that the task was begun: a model file that crashes its engine does the same.
 */
final class PoisonIT {
  /** Reading so many takes a worker long enough to be killed meanwhile. */
  private static final int ROWS_OF_POISON = 1_000_000;

  private static final int ROWS = 20_000;
  private static final int EPOCHS = 40;
  private static final int DEATHS = 4;

  /** Three workers at a time, each started again after a second or more. */
  private static final int DEATHS_MAX = 12;

  @Test
  void itsJobFailsAndOthersGoOn(@TempDir Path dir) throws Exception {
    var options =
        new StandaloneOptions(
            null,
            0,
            0,
            true,
            List.of(new LaneWorkers(StandaloneOptions.LANE, StandaloneOptions.ACCELERATOR, 3)),
            Map.of(),
            Map.of(),
            Map.of());
    try (var cluster = Cluster.ofItsOwn(options)) {
      var training = TestJobs.quickstart(cluster.client(), EPOCHS, "digits");
      var reference = cluster.succeeded(cluster.client().submit(training, null).jobId());
      var poison = poison(cluster, dir);
      var rows = cluster.client().upload(Csv.circles(dir, ROWS)).artifact();
      var circles =
          TestJobs.train(
              TestJobs.classification(rows, "inside"),
              TestJobs.dense(16, 2),
              Objective.CROSS_ENTROPY,
              2,
              "circles");
      cluster.succeeded(cluster.client().submit(circles, null).jobId());

      var again = cluster.client().submit(training, null).jobId();
      var poisoned = cluster.client().submit(poison, null).jobId();
      var answering = TestJobs.inferAll(TestJobs.classification(rows, "inside"), "circles", "1", 1);
      var answers = cluster.client().submit(answering, null).jobId();
      var dead = new Killer(cluster, poisoned).victims();

      var failed = cluster.failed(poisoned);
      assertThat(Cluster.present(failed.cause()).what())
          .isIn(
              // Whoever died is known to be gone after its silence; others may have begun
              // meanwhile.
              IntStream.rangeClosed(DEATHS, dead.size())
                  .mapToObj("Task prepare ended %d workers that ran it."::formatted)
                  .toList());
      assertThat(dead).hasSizeBetween(DEATHS, DEATHS_MAX);
      assertThat(new JobsTopic(cluster).deadLetters())
          .as("only the task that killed is put away")
          .isNotEmpty()
          .extracting(DeadLetter::jobId)
          .containsOnly(poisoned);

      assertThat(sha256(cluster.succeeded(again))).isEqualTo(sha256(reference));
      cluster.succeeded(answers);
      var answered = new HashSet<Long>();
      cluster.results(answers).forEach(row -> answered.add(row.required("row").asLong()));
      assertThat(answered).hasSize(ROWS);
      assertThat(cluster.results(answers)).hasSize(ROWS);
      cluster.eventually("the dead are replaced", () -> cluster.workerPids().size() == 3);
    }
  }

  private static JobSpec poison(Cluster cluster, Path dir) throws Exception {
    var large = cluster.client().upload(Csv.prices(dir, ROWS_OF_POISON)).artifact();
    return TestJobs.train(
        TestJobs.regression(large, "price"),
        TestJobs.dense(16, 1),
        Objective.MEAN_SQUARED_ERROR,
        1,
        "poison");
  }

  /**
   * Ends the workers that begin a task of a job, until the job has ended. The first one only stands
   * still until another has begun the task, lives on without it, and dies after that.
   */
  private static final class Killer {
    private final Set<String> victims = new HashSet<>();
    private final Cluster cluster;
    private final String jobId;
    private @Nullable String survivor;
    private boolean told;

    Killer(Cluster cluster, String jobId) {
      this.cluster = cluster;
      this.jobId = jobId;
    }

    /** Workers that were killed while they had the task. */
    Set<String> victims() throws Exception {
      new JobsTopic(cluster)
          .follow(
              event -> {
                if (event instanceof AttemptStarted start && start.jobId().equals(jobId)) {
                  begun(start.worker());
                } else if (event instanceof AttemptLost lost && lost.jobId().equals(jobId)) {
                  lost(lost.worker());
                }
              },
              () -> !cluster.client().job(jobId).status().equals("preparing"));
      assertThat(told).as("who has lost the task, and is alive, says so").isTrue();
      return victims;
    }

    private void begun(String worker) {
      if (survivor == null) {
        survivor = worker;
        process(worker, pid -> Cluster.signal("-STOP", List.of(pid)));
      } else if (!worker.equals(survivor) && victims.add(worker)) {
        process(worker, Killer::kill);
        if (!told) {
          process(survivor, pid -> Cluster.signal("-CONT", List.of(pid)));
        }
      }
    }

    private void lost(String worker) {
      if (worker.equals(survivor) && !told) {
        told = true;
        process(worker, Killer::kill);
      }
    }

    private static void kill(long pid) {
      ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
    }

    private interface Act {
      void on(long pid) throws IOException;
    }

    private static void process(String worker, Act act) {
      try {
        act.on(Long.parseLong(worker.replaceFirst(".*-", "")));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static String sha256(JobView job) {
    return Cluster.present(job.model()).sha256();
  }
}
