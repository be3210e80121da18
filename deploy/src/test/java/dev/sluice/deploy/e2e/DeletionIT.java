package dev.sluice.deploy.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.producer.api.JobView;
import dev.sluice.producer.api.ModelVersionView;
import dev.sluice.producer.client.SluiceException;
import dev.sluice.schemas.wire.TrainingSpec;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Versions and models are deleted, and files that nobody uses any more go after a short notice,
 * over a real broker.
 */
final class DeletionIT {

  @Test
  void whatIsDeletedIsGoneAndItsFilesGoOnceNobodyUsesThem(@TempDir Path dir) throws Exception {
    try (var cluster =
        OwnCluster.in(
            dir.resolve("broker"), "artifact-retention-seconds=1", "artifact-notice-seconds=8")) {
      cluster.coordinator("coordinator-1");
      cluster.worker("worker-1");
      cluster.awaitRunning();
      var client = cluster.client();
      var unused =
          client.upload(Files.writeString(dir.resolve("unused"), "nobody", StandardCharsets.UTF_8));
      var first = TestJobs.quickstart(client, 1, "m");
      var data = ((TrainingSpec) first.work()).dataset().artifact();
      var one = version(cluster.succeeded(client.submit(first, null).jobId()));
      var two =
          version(
              cluster.succeeded(client.submit(TestJobs.quickstart(client, 2, "m"), null).jobId()));
      assertThat(one.version()).isEqualTo(1);
      assertThat(two.version()).isEqualTo(2);

      assertThat(client.deleteVersion("m", 2).latest()).isEqualTo(1);
      cluster.eventuallyGone(unused.artifact());
      cluster.eventuallyGone(artifact(two));
      assertThat(client.has(artifact(one))).as("version 1 has it").isTrue();
      assertThat(client.has(data)).as("version 1 was made of it").isTrue();
      var used =
          catchThrowableOfType(
              SluiceException.Refused.class, () -> client.deleteArtifact(artifact(one)));
      assertThat(used.problem().code()).isEqualTo("in-use");

      // A coordinator that takes over knows what was deleted, and which number was given last.
      cluster.part("coordinator-1").tellToStop();
      assertThat(cluster.part("coordinator-1").exit()).isEqualTo(OwnProcess.TOLD_TO_STOP);
      cluster.start("coordinator-1");
      var answering = TestJobs.inferHeldOut(first, "m", "latest");
      cluster.succeeded(client.submit(answering, null).jobId());
      var again = TestJobs.quickstart(client, 3, "m");
      assertThat(version(cluster.succeeded(client.submit(again, null).jobId())).version())
          .isEqualTo(3);

      assertThat(client.deleteModel("m").versions()).isEmpty();
      cluster.eventuallyGone(artifact(one));
      cluster.eventuallyGone(data);
      assertThat(new JobsTopic(cluster.bootstrapServers()).deadLetters()).isEmpty();
    }
  }

  private static ModelVersionView version(JobView job) {
    return Cluster.present(job.model());
  }

  private static String artifact(ModelVersionView version) {
    return version.files().getFirst().artifact();
  }
}
