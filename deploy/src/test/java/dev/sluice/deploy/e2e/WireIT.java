package dev.sluice.deploy.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.producer.client.SluiceException;
import dev.sluice.schemas.wire.Fault;
import dev.sluice.schemas.wire.Objective;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What enters {@code sluice.jobs}, by whichever door. */
@ExtendWith(Cluster.Provider.class)
final class WireIT {
  @TempDir private Path dir;

  @Test
  void aRecordWrittenStraightToTheTopicIsAJob(Cluster cluster) throws Exception {
    cluster.workers(1);
    var data = cluster.client().upload(Csv.circles(dir, 400)).artifact();
    var spec =
        TestJobs.train(
            TestJobs.classification(data, "inside"),
            TestJobs.dense(16, 2),
            Objective.CROSS_ENTROPY,
            2,
            "straight");

    new JobsTopic(cluster).submit("straight-1", spec);

    cluster.eventually("the job is known", () -> knows(cluster, "straight-1"));
    assertThat(cluster.succeeded("straight-1").model()).isNotNull();
  }

  @Test
  void garbageGoesToTheDeadLettersAndTheNextJobRuns(Cluster cluster) throws Exception {
    cluster.workers(1);
    var topic = new JobsTopic(cluster);

    var garbage = topic.write("garbage", "no avro at all".getBytes(StandardCharsets.UTF_8));

    var letter = topic.deadLetterOf(garbage);
    assertThat(letter.cause().fault()).isEqualTo(Fault.BAD_INPUT);
    assertThat(letter.cause().why()).isNotBlank();
    assertThat(letter.value()).isNotNull();
    assertThat(StandardCharsets.UTF_8.decode(letter.value()).toString())
        .isEqualTo("no avro at all");

    var data = cluster.client().upload(Csv.circles(dir, 400)).artifact();
    var spec =
        TestJobs.train(
            TestJobs.classification(data, "inside"),
            TestJobs.dense(16, 2),
            Objective.CROSS_ENTROPY,
            2,
            "after-garbage");
    cluster.succeeded(cluster.client().submit(spec, null).jobId());
  }

  @Test
  void aKeyNamesOneJobHoweverOftenItIsSent(Cluster cluster) throws Exception {
    cluster.workers(1);
    var data = cluster.client().upload(Csv.circles(dir, 400)).artifact();
    var dataset = TestJobs.classification(data, "inside");
    var spec =
        TestJobs.train(dataset, TestJobs.dense(16, 2), Objective.CROSS_ENTROPY, 2, "idempotent");
    var other =
        TestJobs.train(dataset, TestJobs.dense(16, 2), Objective.CROSS_ENTROPY, 3, "idempotent");

    var first = cluster.client().submit(spec, "one-key");
    var again = cluster.client().submit(spec, "one-key");
    var refused =
        catchThrowableOfType(
            SluiceException.Refused.class, () -> cluster.client().submit(other, "one-key"));

    assertThat(again.jobId()).isEqualTo(first.jobId());
    assertThat(refused.problem().status()).isEqualTo(409);
    var model = cluster.succeeded(first.jobId()).model();
    assertThat(model).isNotNull();
    assertThat(cluster.client().model("idempotent").versions()).hasSize(1);
  }

  private static boolean knows(Cluster cluster, String jobId) throws SluiceException {
    try {
      cluster.client().job(jobId);
      return true;
    } catch (SluiceException.Refused e) {
      assertThat(e.problem().status()).isEqualTo(404);
      return false;
    }
  }
}
