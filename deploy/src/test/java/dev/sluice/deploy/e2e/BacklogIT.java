package dev.sluice.deploy.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.deploy.standalone.LaneWorkers;
import dev.sluice.deploy.standalone.StandaloneOptions;
import dev.sluice.schemas.wire.DatasetSpec;
import dev.sluice.schemas.wire.Inferred;
import dev.sluice.schemas.wire.Objective;
import dev.sluice.schemas.wire.TaskReported;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Queues that are longer than the time after which a task is looked at, and lanes that help. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class BacklogIT {

  /** 391 tasks, which take seconds: the other lane is asked to help after one or two. */
  private static final int ROWS = 100_000;

  private Cluster cluster;
  private DatasetSpec dataset;

  @BeforeAll
  void aModelIsThere(@TempDir Path dir) throws Exception {
    var options =
        StandaloneOptions.temporary(0)
            .withLanes(
                List.of(new LaneWorkers("a", "host-cpu", 1), new LaneWorkers("b", "host-cpu", 1)))
            .withCoordinator(
                Map.of("queue-ms", "1000", "rows-per-task", "256", "rows-per-task-max", "256"));
    cluster = Cluster.ofItsOwn(options);
    var few = cluster.client().upload(Csv.circles(dir, 400)).artifact();
    var spec =
        TestJobs.train(
            TestJobs.classification(few, "inside"),
            TestJobs.dense(16, 2),
            Objective.CROSS_ENTROPY,
            2,
            "circles");
    cluster.succeeded(cluster.client().submit(spec, null).jobId());
    var many = cluster.client().upload(Csv.circles(dir, ROWS)).artifact();
    dataset = TestJobs.classification(many, "inside");
  }

  @AfterAll
  void close() {
    cluster.close();
  }

  @Test
  void aLongQueueIsWorkedOffAndWaitingInItIsNoLoss() throws Exception {
    var job = TestJobs.heldFor(TestJobs.inferAll(dataset, "circles", "1", 1), "a");
    var jobId = cluster.client().submit(job, null).jobId();
    cluster.succeeded(jobId);
    var done = reports(jobId).map(TaskReported::taskId).toList();
    var tasks = new HashSet<>(done);
    assertThat(tasks).hasSizeGreaterThan(380);
    // Nearly all wait for longer than queue-ms. A worker that stands still for that long may cost
    // the few that it has taken.
    assertThat(done.size() - tasks.size()).as("tasks done again").isLessThan(20);
  }

  @Test
  void anEmptyLaneHelpsAndWhatItLeavesBehindIsDoneElsewhere() throws Exception {
    var jobId =
        cluster.client().submit(TestJobs.inferAll(dataset, "circles", "1", 1), null).jobId();
    cluster.until(
        jobId,
        job -> reports(jobId).map(TaskReported::worker).distinct().count() == 2,
        "worked on in both lanes");
    cluster.killWorkers("b");
    var inference = Cluster.present(cluster.succeeded(jobId).inference());
    assertThat(inference.rows()).isEqualTo(ROWS);
    assertThat(cluster.results(jobId)).hasSize(ROWS);
  }

  /** What workers said of a job's rows; of tiny tasks they say no more than that they are done. */
  private Stream<TaskReported> reports(String jobId) {
    return new JobsTopic(cluster)
        .events().stream()
            .filter(TaskReported.class::isInstance)
            .map(TaskReported.class::cast)
            .filter(report -> report.jobId().equals(jobId))
            .filter(report -> report.outcome() instanceof Inferred);
  }
}
