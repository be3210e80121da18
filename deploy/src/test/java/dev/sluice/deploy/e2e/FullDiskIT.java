package dev.sluice.deploy.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sluice.producer.api.JobView;
import dev.sluice.producer.client.SluiceClient;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk that is full. Needs the right to mount a small one, which root has on Linux. */
final class FullDiskIT {
  private static final int EPOCHS = 30;
  private static final Duration JOB_MAX = Duration.ofMinutes(5);
  private static final String SIZE = "600m";
  private static final int PIECE_BYTES = 64 * 1024;
  private static final Pattern UP = Pattern.compile("\"server\" *: *\"([^\"]+)\"");

  @Test
  void itEndsWithAClearWordAndWithSpaceItGoesOnFromWhatWasThere(@TempDir Path dir)
      throws Exception {
    var disk = Files.createDirectory(dir.resolve("disk"));
    assumeTrue(
        ran("mount", "-t", "tmpfs", "-o", "size=" + SIZE, "tmpfs", disk.toString()),
        "skipped: this user may not mount a small file system");
    try {
      fillInMidTraining(disk);
    } finally {
      assertThat(ran("umount", "--lazy", disk.toString())).isTrue();
    }
  }

  private static void fillInMidTraining(Path disk) throws Exception {
    String jobId;
    String sha256;
    try (var up = up(disk)) {
      try (var client = client(up)) {
        var training = TestJobs.quickstart(client, EPOCHS, "full");
        sha256 = sha256(client.await(client.submit(training, null).jobId(), JOB_MAX, s -> {}));
        jobId = client.submit(training, null).jobId();
        Eventually.holds("it trains", JOB_MAX, () -> steps(client.job(jobId)) > EPOCHS);
        fill(disk.resolve("ballast"));
      }
      assertThat(up.exit()).as("exit code: it can't go on").isEqualTo(1);
      assertThat(up.lines()).anyMatch(line -> line.contains("The disk is full"));
    }
    Files.delete(disk.resolve("ballast"));
    try (var up = up(disk);
        var client = client(up)) {
      assertThat(sha256(client.await(jobId, JOB_MAX, s -> {}))).isEqualTo(sha256);
      assertThat(up.terminate()).isEqualTo(OwnProcess.TOLD_TO_STOP);
    }
  }

  private static OwnProcess up(Path disk) throws Exception {
    var data = disk.resolve("data").toString();
    var up =
        OwnProcess.start(
            "up", List.of("up", "--workers", "1", "--port", "0", "--json", "--data", data));
    Eventually.holds("it is up", Cluster.READY_MAX, () -> !up.found(UP).isEmpty());
    return up;
  }

  private static SluiceClient client(OwnProcess up) {
    return new SluiceClient(URI.create(up.found(UP).getFirst().group(1)));
  }

  /** Takes all the space that is left. */
  private static void fill(Path ballast) throws IOException {
    var piece = ByteBuffer.allocate(PIECE_BYTES);
    try (var file =
        FileChannel.open(ballast, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      while (file.write(piece.rewind()) > 0) {
        file.force(false);
      }
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("No space left on device");
    }
  }

  private static boolean ran(String... command) throws Exception {
    return new ProcessBuilder(command).redirectErrorStream(true).start().waitFor() == 0;
  }

  private static long steps(JobView job) {
    var training = job.training();
    return training == null ? 0 : training.step();
  }

  private static String sha256(JobView job) {
    assertThat(job.status()).as("%s: %s", job.jobId(), job.cause()).isEqualTo("succeeded");
    return Cluster.present(job.model()).sha256();
  }
}
