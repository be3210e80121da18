package dev.sluice.deploy.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sluice.deploy.standalone.StandaloneOptions;
import dev.sluice.producer.api.JobView;
import dev.sluice.producer.api.ModelVersionView;
import dev.sluice.producer.client.SluiceException;
import dev.sluice.schemas.wire.JobSpec;
import dev.sluice.schemas.wire.LocalSteps;
import dev.sluice.schemas.wire.SumEncoding;
import dev.sluice.schemas.wire.SumFormat;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The quickstart's job gives the same parameters, bit by bit, however many workers there are and
 * whatever happens to them. Each test trains it once more and compares.
 */
@ExtendWith(Cluster.Provider.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class SameBitsIT {
  private static final String MODEL = "same-bits";
  private static final double ACCURACY_MIN = 0.96;

  /** Long enough for a worker to start in the middle. */
  private static final int EPOCHS = 60;

  private JobSpec spec;
  private ModelVersionView reference;
  private List<JobView.MeasuredView> curve;

  @BeforeAll
  void oneWorkerTrainsTheReference(Cluster cluster) throws Exception {
    spec = TestJobs.quickstart(cluster.client(), EPOCHS, MODEL);
    cluster.workers(1);
    var job = cluster.succeeded(submit(cluster));
    reference = model(job);
    curve = points(job);
    assertThat(curve).hasSize(EPOCHS);
    var last = curve.getLast();
    assertThat(last.score()).isEqualTo(reference.metrics().get("accuracy"));
    assertThat(last.loss()).isCloseTo(reference.metrics().get("loss"), within(1e-6));
  }

  @Test
  void theModelAnswersEveryHeldOutRowOnceAndMostlyRight(Cluster cluster) throws Exception {
    cluster.workers(2);
    var training = Cluster.present(cluster.client().job(reference.jobId()).training());

    var answering = TestJobs.inferHeldOut(spec, MODEL, String.valueOf(reference.version()));
    var job = cluster.succeeded(cluster.client().submit(answering, null).jobId());

    var rows = new HashSet<Long>();
    int right = 0;
    var answers = cluster.results(job.jobId());
    for (var answer : answers) {
      rows.add(answer.required("row").asLong());
      right += answer.required("prediction").equals(answer.required("label")) ? 1 : 0;
    }
    assertThat(answers).hasSize((int) training.holdoutRows());
    assertThat(rows).as("rows, each once").hasSize(answers.size());
    assertThat((double) right / answers.size()).isGreaterThanOrEqualTo(ACCURACY_MIN);
    assertThat(reference.metrics().get("accuracy")).isEqualTo((double) right / answers.size());
  }

  @Test
  void twoWorkers(Cluster cluster) throws Exception {
    cluster.workers(2);
    expectSameBits(cluster.succeeded(submit(cluster)));
  }

  /** The reference was folded by its worker. */
  @Test
  void aCoordinatorFoldsAndAWorkerIsKilled(Cluster cluster) throws Exception {
    assertThat(workersFold(cluster.client().job(reference.jobId()))).isTrue();
    var options =
        StandaloneOptions.temporary(0).withCoordinator(Map.of("worker-fold-kibibytes", "0"));
    try (var other = Cluster.ofItsOwn(options)) {
      other.workers(2);
      var same = TestJobs.quickstart(other.client(), EPOCHS, MODEL);
      var jobId = other.client().submit(same, null).jobId();
      try (var _ = inMidTraining(other, jobId)) {
        other.killWorker();
      }
      var job = other.succeeded(jobId);
      assertThat(workersFold(job)).isFalse();
      assertThat(model(job).sha256()).isEqualTo(reference.sha256());
      assertThat(model(job).metrics()).isEqualTo(reference.metrics());
    }
  }

  private static boolean workersFold(JobView job) {
    return Cluster.present(job.training()).workersFold();
  }

  @Test
  void sumsThatTravelInFewerBits(Cluster cluster) throws Exception {
    var rounded = TestJobs.exchanging(spec, 4, new SumEncoding(SumFormat.INT8, 2), null);
    var job = expectSameBitsOfTwo(cluster, rounded);
    assertThat(Cluster.present(job.training()).encoding()).isEqualTo("int8");
  }

  @Test
  void replicasThatMakeStepsByThemselves(Cluster cluster) throws Exception {
    var local = new LocalSteps(5, 0.7, 0.9, true);
    var replicas = TestJobs.exchanging(spec, 2, new SumEncoding(SumFormat.BF16, 2), local);
    var training = Cluster.present(expectSameBitsOfTwo(cluster, replicas).training());
    assertThat(training.samples())
        .as("each row once in each epoch")
        .isEqualTo(EPOCHS * training.rows());
    assertThat(training.steps()).isLessThan(EPOCHS * training.rows() / 64 / 4);
  }

  /** One worker, and two of which one is killed, come to the same, which is as good. */
  private JobView expectSameBitsOfTwo(Cluster cluster, JobSpec other) throws Exception {
    cluster.workers(1);
    var one = cluster.succeeded(cluster.client().submit(other, null).jobId());
    assertThat(model(one).sha256()).isNotEqualTo(reference.sha256());
    assertThat(model(one).metrics().get("accuracy")).isGreaterThanOrEqualTo(ACCURACY_MIN);

    cluster.workers(2);
    var jobId = cluster.client().submit(other, null).jobId();
    try (var _ = inMidTraining(cluster, jobId)) {
      cluster.killWorker();
    }
    assertThat(model(cluster.succeeded(jobId)).sha256()).isEqualTo(model(one).sha256());
    return one;
  }

  @Test
  void threeWorkers(Cluster cluster) throws Exception {
    cluster.workers(3);
    expectSameBits(cluster.succeeded(submit(cluster)));
  }

  @Test
  void aWorkerKilledInMidTraining(Cluster cluster) throws Exception {
    cluster.workers(2);
    var jobId = submit(cluster);
    try (var _ = inMidTraining(cluster, jobId)) {
      cluster.killWorker();
    }
    expectSameBits(cluster.succeeded(jobId));
  }

  @Test
  void aWorkerAddedInMidTraining(Cluster cluster) throws Exception {
    cluster.workers(1);
    var before = cluster.workerPids();
    var jobId = submit(cluster);
    try (var _ = inMidTraining(cluster, jobId)) {
      cluster.addWorker();
      cluster.eventually(
          "the added worker ends a task while the other one is stopped",
          () ->
              cluster.client().fleet().stream()
                  .anyMatch(w -> !before.contains(w.pid()) && w.finished() > 0));
    }
    expectSameBits(cluster.succeeded(jobId));
  }

  @Test
  void aCoordinatorRestartedInMidTraining(Cluster cluster) throws Exception {
    cluster.workers(2);
    var jobId = submit(cluster);
    try (var _ = inMidTraining(cluster, jobId)) {
      cluster.restartCoordinator();
    }
    expectSameBits(cluster.succeeded(jobId));
  }

  @Test
  void aSecondCoordinatorKilledInMidTraining(Cluster cluster) throws Exception {
    cluster.workers(2);
    try (var second = SecondCoordinator.beside(cluster)) {
      var key = second.keyOfItsOwn(spec.tenant());
      var jobId = cluster.client().submit(spec, key).jobId();
      try (var _ = inMidTraining(cluster, jobId)) {
        second.kill();
      }
      expectSameBits(cluster.succeeded(jobId));
    }
  }

  /**
   * Stops every worker while the job runs, so that however fast the machine is, what a test does
   * now is done in the middle of the training.
   */
  private static Cluster.Pause inMidTraining(Cluster cluster, String jobId) throws Exception {
    cluster.until(jobId, stepsDone(0.05), "begun");
    var pause = cluster.pauseWorkers();
    assertThat(cluster.client().job(jobId).status()).isEqualTo("running");
    return pause;
  }

  private String submit(Cluster cluster) throws SluiceException {
    return cluster.client().submit(spec, null).jobId();
  }

  private static Predicate<JobView> stepsDone(double share) {
    return job -> {
      var training = job.training();
      return training != null && training.step() >= share * training.steps();
    };
  }

  private void expectSameBits(JobView job) {
    var model = model(job);
    assertThat(model.sha256()).isEqualTo(reference.sha256());
    assertThat(model.version()).isGreaterThan(reference.version());
    assertThat(model.metrics()).isEqualTo(reference.metrics());
    // A report that was overtaken may come when the job has ended, and is no part of it then.
    assertThat(points(job)).isNotEmpty().isSubsetOf(curve);
  }

  private static List<JobView.MeasuredView> points(JobView job) {
    var validation = Cluster.present(job.training()).validation();
    return Cluster.present(Cluster.present(validation).points());
  }

  private static ModelVersionView model(JobView job) {
    return Cluster.present(job.model());
  }
}
