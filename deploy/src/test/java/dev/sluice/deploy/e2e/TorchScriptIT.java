package dev.sluice.deploy.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.producer.api.JobView;
import dev.sluice.schemas.wire.Objective;
import dev.sluice.schemas.wire.TorchScript;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A network that came as a TorchScript file: trained, registered and used like any other. */
@ExtendWith(Cluster.Provider.class)
final class TorchScriptIT {
  @TempDir private Path dir;

  @Test
  void aTorchScriptFileIsTrainedToTheSameBitsAndAnswersRows(Cluster cluster) throws Exception {
    var data = cluster.client().upload(Csv.circles(dir, 600)).artifact();
    var dataset = TestJobs.classification(data, "inside");
    var script = dir.resolve("two-layers.pt");
    try (var file = TorchScriptIT.class.getResourceAsStream("two-layers.pt")) {
      Files.write(script, Cluster.present(file).readAllBytes());
    }
    var network = new TorchScript(cluster.client().upload(script).artifact(), List.of());
    var spec = TestJobs.train(dataset, network, Objective.CROSS_ENTROPY, 40, "two-layers");

    cluster.workers(1);
    var one = cluster.succeeded(cluster.client().submit(spec, null).jobId());
    cluster.workers(2);
    var two = cluster.succeeded(cluster.client().submit(spec, null).jobId());

    var model = Cluster.present(one.model());
    assertThat(Cluster.present(two.model()).sha256()).isEqualTo(model.sha256());
    // A JVM can't turn TorchScript into ONNX: it stays TorchScript, with the trained values.
    assertThat(model.files())
        .extracting(file -> file.format())
        .containsExactlyInAnyOrder("safetensors", "torchscript", "evaluation");
    assertThat(artifact(one)).isNotEqualTo(network.artifact()).isEqualTo(artifact(two));
    assertThat(model.metrics()).containsEntry("torchscriptMaxDifference", 0.0);
    var answered =
        cluster.succeeded(
            cluster.client().submit(TestJobs.infer(dataset, "two-layers", "1"), null).jobId());
    assertThat(Cluster.present(answered.inference()).metrics().get("accuracy"))
        .isEqualTo(model.metrics().get("accuracy"))
        .isGreaterThan(0.9);
  }

  private static String artifact(JobView job) {
    return Cluster.present(job.model()).files().stream()
        .filter(file -> file.format().equals("torchscript"))
        .findFirst()
        .orElseThrow()
        .artifact();
  }
}
