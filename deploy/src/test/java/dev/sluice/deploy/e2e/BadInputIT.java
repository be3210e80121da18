package dev.sluice.deploy.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.producer.cli.ExitCode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Whatever is wrong with a job: one clear message, an exit code, and the cluster goes on. */
@ExtendWith(Cluster.Provider.class)
final class BadInputIT {
  private static final String TRAINING =
      """
      kind: training
      dataset: {file: data.csv, label: inside, holdout: 0.2}
      model: {layers: [{dense: 8}, relu, {dense: 2}]}
      optimizer: {adam: {learningRate: 0.01}}
      batch: 32
      shards: 2
      epochs: 2
      register: bad-input
      """;

  @TempDir private Path dir;

  @Test
  void theJobThatTheOthersAreMadeFromRuns(Cluster cluster) throws Exception {
    var ran = submit(cluster, TRAINING);
    assertThat(ran.exitCode()).as(ran.err()).isEqualTo(ExitCode.OK.code());
  }

  @Test
  void filesGoInAndOutSideBySide(Cluster cluster) throws Exception {
    var files = new ArrayList<byte[]>();
    for (int i = 0; i < 6; i++) {
      var file = new byte[3 * 1024 * 1024 + i];
      new Random(i).nextBytes(file);
      files.add(file);
    }
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var done = new ArrayList<Future<byte[]>>();
      for (var file : files) {
        done.add(threads.submit(() -> inAndOut(cluster, file)));
      }
      for (int i = 0; i < files.size(); i++) {
        assertThat(done.get(i).get()).isEqualTo(files.get(i));
      }
    }
  }

  private byte[] inAndOut(Cluster cluster, byte[] file) throws Exception {
    var path = Files.write(dir.resolve("file-" + file.length), file);
    var out = new ByteArrayOutputStream();
    cluster.client().download(cluster.client().upload(path).artifact(), out);
    return out.toByteArray();
  }

  @Test
  void anUnknownFieldIsRefusedWithItsPlaceAndTheNearestName(Cluster cluster) throws Exception {
    var ran = submit(cluster, TRAINING.replace("epochs: 2", "epoch: 2"));
    expectRefusal(ran, "epoch", "epochs");
  }

  @Test
  void aFileThatIsNotThereIsRefused(Cluster cluster) throws Exception {
    var ran = submit(cluster, TRAINING.replace("data.csv", "missing.csv"));
    expectRefusal(ran, "missing.csv");
  }

  @Test
  void everyProblemIsSaidAtOnce(Cluster cluster) throws Exception {
    var ran =
        submit(
            cluster,
            TRAINING
                .replace("shards: 2", "shards: 3")
                .replace("batch: 32", "batch: 0")
                .replace("holdout: 0.2", "holdout: 1.5"));
    expectRefusal(ran, "shards", "batch", "holdout");
  }

  @Test
  void aLabelThatIsNoColumnFailsTheJob(Cluster cluster) throws Exception {
    var ran = submit(cluster, TRAINING.replace("label: inside", "label: outside"));
    expectFailure(ran, "no-such-column", "outside");
  }

  @Test
  void dataThatIsNoNumberFailsTheJob(Cluster cluster) throws Exception {
    Csv.circles(dir, 100);
    var lines = Files.readAllLines(dir.resolve("circles.csv"));
    lines.set(42, "NaN,yes,0.5");
    var ran = submit(cluster, TRAINING, lines);
    expectFailure(ran, "missing-value", "NaN");
  }

  @Test
  void aLayerThatFitsNoDataIsRefused(Cluster cluster) throws Exception {
    var ran = submit(cluster, TRAINING.replace("{dense: 2}]", "{max-pool2d: 2}, {dense: 2}]"));
    expectRefusal(ran, "model.layers[2]", "max-pool2d");
  }

  @Test
  void aLayerThatDoesNotFitTheDataFailsTheJob(Cluster cluster) throws Exception {
    var ran = submit(cluster, TRAINING.replace("{dense: 2}]", "{dense: 5}]"));
    expectFailure(ran, "output-mismatch", "units: 2");
  }

  @Test
  void aModelVersionThatIsNotThereFailsTheJob(Cluster cluster) throws Exception {
    var ran =
        submit(
            cluster,
            """
            kind: inference
            model: nobody-trained-this@3
            dataset: {file: data.csv, label: inside}
            """);
    expectFailure(ran, "no-such-model", "nobody-trained-this");
  }

  @Test
  void aTrainingThatDivergesFailsTheJob(Cluster cluster) throws Exception {
    var ran =
        submit(
            cluster,
            TRAINING.replace(
                "{adam: {learningRate: 0.01}}", "{sgd: {learningRate: 1.0e+30, momentum: 0.9}}"));
    expectFailure(ran, "diverged", "finite");
  }

  private Cluster.Ran submit(Cluster cluster, String job) throws Exception {
    return submit(cluster, job, Files.readAllLines(Csv.circles(dir, 200)));
  }

  private Cluster.Ran submit(Cluster cluster, String job, List<String> data) throws Exception {
    cluster.workers(1);
    Csv.write(dir.resolve("data.csv"), data);
    var file = Files.writeString(dir.resolve("job.yaml"), job);
    return cluster.sluice("submit", file.toString(), "--wait", "--timeout", "60s", "--json");
  }

  private static void expectRefusal(Cluster.Ran ran, String... said) {
    assertThat(ran.exitCode()).as(ran.err()).isEqualTo(ExitCode.BAD_INPUT.code());
    assertThat(ran.err()).contains(said).doesNotContain("\tat ", "Exception");
  }

  private static void expectFailure(Cluster.Ran ran, String code, String said) throws IOException {
    assertThat(ran.exitCode()).as(ran.err() + ran.out()).isEqualTo(ExitCode.JOB_FAILED.code());
    var cause = ran.json().required("cause");
    assertThat(cause.toString()).contains(said).doesNotContain("Exception");
    assertThat(cause.required("code").asText()).isEqualTo(code);
    assertThat(cause.required("fault").asText()).isEqualTo("bad-input");
    assertThat(cause.required("what").asText()).isNotBlank();
    assertThat(cause.required("mend").asText()).isNotBlank();
  }
}
