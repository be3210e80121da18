package dev.sluice.deploy.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.deploy.standalone.LaneWorkers;
import dev.sluice.deploy.standalone.Restart;
import dev.sluice.deploy.standalone.StandaloneOptions;
import dev.sluice.producer.api.JobView;
import dev.sluice.producer.api.WorkerView;
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
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
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
            Restart.ALL,
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
      var dead = killWhoeverBegins(cluster, poisoned);

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
      expectLossTold(cluster, poison);
      expectOneProcessForAnId(cluster);
    }
  }

  /** Two that were given one id: the one that was there goes on, and everybody is told. */
  private static void expectOneProcessForAnId(Cluster cluster) throws Exception {
    var worker =
        List.of(
            "worker",
            "--bootstrap-servers",
            cluster.bootstrapServers(),
            "--lane",
            StandaloneOptions.LANE,
            "--id",
            "gpu0");
    var shared = Pattern.compile("Another process has the worker id gpu0: .*process (\\d+)");
    try (var first = OwnProcess.start("first gpu0", worker)) {
      cluster.eventually("it serves", () -> !named(cluster, "gpu0").isEmpty());
      try (var second = OwnProcess.start("second gpu0", worker)) {
        assertThat(second.exit()).isEqualTo(2);
        cluster.eventually("the second says so", () -> !second.found(shared).isEmpty());
        cluster.eventually("the first says so", () -> !first.found(shared).isEmpty());
        assertThat(second.found(shared).getFirst().group(1)).isEqualTo("" + first.pid());
        assertThat(first.found(shared).getFirst().group(1)).isEqualTo("" + second.pid());
        assertThat(named(cluster, "gpu0")).extracting(WorkerView::processes).containsOnly(2);
      }
      assertThat(first.alive()).isTrue();
    }
  }

  private static List<WorkerView> named(Cluster cluster, String id) throws Exception {
    return cluster.client().fleet().stream().filter(w -> w.worker().equals(id)).toList();
  }

  /**
   * Who stood still while others began its task, and lives on, says that it is none of its dead.
   */
  private static void expectLossTold(Cluster cluster, JobSpec slow) throws Exception {
    var jobId = cluster.client().submit(slow, null).jobId();
    var standing = new AtomicReference<@Nullable String>();
    var told = new AtomicBoolean();
    new JobsTopic(cluster)
        .follow(
            event -> {
              if (event instanceof AttemptStarted start && start.jobId().equals(jobId)) {
                var first = standing.compareAndExchange(null, start.worker());
                signal(first == null ? "-STOP" : "-CONT", first == null ? start.worker() : first);
              } else if (event instanceof AttemptLost lost && lost.jobId().equals(jobId)) {
                assertThat(lost.worker()).isEqualTo(standing.get());
                told.set(true);
              }
            },
            told::get);
    cluster.client().cancel(jobId);
  }

  private static void signal(String signal, String worker) {
    try {
      Cluster.signal(signal, List.of(pid(worker)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static long pid(String worker) {
    return Long.parseLong(worker.replaceFirst(".*-(\\d+)-[0-9a-f]+$", "$1"));
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

  /** Kills every worker that begins a task of a job, until the job has ended; returns them. */
  private static Set<String> killWhoeverBegins(Cluster cluster, String jobId) throws Exception {
    var dead = new HashSet<String>();
    new JobsTopic(cluster)
        .follow(
            event -> {
              if (event instanceof AttemptStarted start
                  && start.jobId().equals(jobId)
                  && dead.add(start.worker())) {
                ProcessHandle.of(pid(start.worker())).ifPresent(ProcessHandle::destroyForcibly);
              }
            },
            () -> !cluster.client().job(jobId).status().equals("preparing"));
    return dead;
  }

  private static String sha256(JobView job) {
    return Cluster.present(job.model()).sha256();
  }
}
