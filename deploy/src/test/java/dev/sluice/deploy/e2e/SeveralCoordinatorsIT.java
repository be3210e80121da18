package dev.sluice.deploy.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.producer.api.JobView;
import dev.sluice.producer.jobs.JobIds;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.Activation;
import dev.sluice.schemas.wire.BatchNorm;
import dev.sluice.schemas.wire.Dense;
import dev.sluice.schemas.wire.Function;
import dev.sluice.schemas.wire.JobSpec;
import dev.sluice.schemas.wire.Layer;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** One model of several blocks, folded by several coordinators. */
@ExtendWith(Cluster.Provider.class)
final class SeveralCoordinatorsIT {
  private static final String MODEL = "several-blocks";
  private static final int EPOCHS = 4;
  private static final int KEYS_MAX = 10_000;

  /** 1.2 million parameters. */
  private static final List<Layer> LAYERS =
      List.of(
          new Dense(2048, true),
          new Activation(Function.RELU),
          new BatchNorm(0.1, 1e-5),
          new Dense(512, true),
          new Activation(Function.RELU),
          new Dense(10, true));

  private static final int BLOCKS = 5;

  @Test
  void fromOneToThreeToOneInMidTrainingChangesNoBit(Cluster cluster) throws Exception {
    cluster.workers(2);
    var spec = TestJobs.digits(cluster.client(), List.of(), LAYERS, EPOCHS, MODEL);
    var alone = cluster.succeeded(submit(cluster, spec, "alone"));

    var jobId = submit(cluster, spec, "shared");
    assertThat(partitions(jobId)).as("partitions of the job's blocks").isGreaterThan(2);
    cluster.until(jobId, stepsDone(0.1), "begun");
    try (var second = SecondCoordinator.beside(cluster);
        var third = SecondCoordinator.beside(cluster)) {
      int elsewhere = second.blocksOf(jobId, BLOCKS) + third.blocksOf(jobId, BLOCKS);
      assertThat(elsewhere).as("blocks that others fold").isPositive();
      cluster.until(jobId, stepsDone(0.5), "half done");
      assertThat(second.terminate()).as("exit code").isIn(0, 143);
      third.kill();
    }
    var shared = cluster.succeeded(jobId);

    assertThat(Cluster.present(shared.model()).sha256())
        .isEqualTo(Cluster.present(alone.model()).sha256());
    assertThat(Cluster.present(shared.training()).samples())
        .isEqualTo(Cluster.present(alone.training()).samples());
  }

  /** Submits with the first key that spreads the job's blocks over more than two partitions. */
  private static String submit(Cluster cluster, JobSpec spec, String name) throws Exception {
    var key =
        IntStream.range(0, KEYS_MAX)
            .mapToObj(number -> name + "-" + number)
            .filter(candidate -> partitions(JobIds.derived(spec.tenant(), candidate)) > 2)
            .findFirst()
            .orElseThrow();
    return cluster.client().submit(spec, key).jobId();
  }

  private static long partitions(String jobId) {
    return IntStream.range(0, BLOCKS)
        .map(block -> Topic.partition(Topic.blockKey(jobId, block), Topic.GRADIENTS.partitions()))
        .distinct()
        .count();
  }

  private static Predicate<JobView> stepsDone(double share) {
    return job -> {
      var training = job.training();
      return training != null && training.step() >= share * training.steps();
    };
  }
}
