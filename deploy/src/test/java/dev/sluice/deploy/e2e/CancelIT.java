package dev.sluice.deploy.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schemas.wire.Objective;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A job that is cancelled lets go of its workers. */
@ExtendWith(Cluster.Provider.class)
final class CancelIT {
  private static final int FOR_HOURS = 100_000;

  @TempDir private Path dir;

  @Test
  void aJobCancelledInMidTrainingFreesItsWorkers(Cluster cluster) throws Exception {
    cluster.workers(2);
    var endless = TestJobs.quickstart(cluster.client(), FOR_HOURS, "never");
    var jobId = cluster.client().submit(endless, null).jobId();
    cluster.until(
        jobId, job -> job.training() != null && job.training().step() > 10, "some steps far");

    var cancelled = cluster.sluice("cancel", jobId);

    assertThat(cancelled.exitCode()).as(cancelled.err()).isZero();
    var ended = cluster.client().await(jobId, Cluster.JOB_MAX, job -> {});
    assertThat(ended.status()).isEqualTo("cancelled");
    assertThat(ended.tasks()).isEmpty();
    cluster.eventually(
        "all workers are idle",
        () ->
            cluster.client().fleet().stream()
                .filter(worker -> !worker.silent())
                .allMatch(worker -> worker.running() == 0));

    var data = cluster.client().upload(Csv.circles(dir, 400)).artifact();
    var next =
        TestJobs.train(
            TestJobs.classification(data, "inside"),
            TestJobs.dense(8, 2),
            Objective.CROSS_ENTROPY,
            2,
            "after-cancel");
    cluster.succeeded(cluster.client().submit(next, null).jobId());
  }
}
