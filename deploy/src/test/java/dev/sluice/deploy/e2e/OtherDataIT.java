package dev.sluice.deploy.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schemas.wire.Activation;
import dev.sluice.schemas.wire.BatchNorm;
import dev.sluice.schemas.wire.Conv2d;
import dev.sluice.schemas.wire.DatasetSpec;
import dev.sluice.schemas.wire.Dense;
import dev.sluice.schemas.wire.Dropout;
import dev.sluice.schemas.wire.Flatten;
import dev.sluice.schemas.wire.Function;
import dev.sluice.schemas.wire.Layer;
import dev.sluice.schemas.wire.MaxPool2d;
import dev.sluice.schemas.wire.Objective;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Other data sets and networks than the quickstart's. */
@ExtendWith(Cluster.Provider.class)
final class OtherDataIT {
  private static final int ROWS = 1_000;
  private static final int HELD_OUT = 200;

  @TempDir private Path dir;

  @Test
  void regression(Cluster cluster) throws Exception {
    cluster.workers(2);
    var dataset =
        TestJobs.regression(cluster.client().upload(Csv.prices(dir, ROWS)).artifact(), "price");
    var training =
        TestJobs.train(dataset, TestJobs.dense(16, 1), Objective.MEAN_SQUARED_ERROR, 20, "prices");

    cluster.succeeded(cluster.client().submit(training, null).jobId());
    var job =
        cluster.succeeded(
            cluster.client().submit(TestJobs.infer(dataset, "prices", "latest"), null).jobId());

    var inference = Cluster.present(job.inference());
    // Prices run from -15 to 35, with noise of 0.1.
    assertThat(inference.metrics().get("rmse")).isBetween(0.05, 0.6);
    assertThat(cluster.results(job.jobId())).hasSize(HELD_OUT);
  }

  @Test
  void twoClassesWithOneOutput(Cluster cluster) throws Exception {
    cluster.workers(2);
    var dataset =
        TestJobs.classification(
            cluster.client().upload(Csv.circles(dir, ROWS)).artifact(), "inside");
    var training =
        TestJobs.train(
            dataset, TestJobs.dense(32, 1), Objective.BINARY_CROSS_ENTROPY, 30, "circles");

    cluster.succeeded(cluster.client().submit(training, null).jobId());
    var job =
        cluster.succeeded(
            cluster.client().submit(TestJobs.infer(dataset, "circles", "1"), null).jobId());

    var inference = Cluster.present(job.inference());
    assertThat(inference.metrics().get("accuracy")).isGreaterThan(0.9);
    assertThat(cluster.results(job.jobId()))
        .hasSize(HELD_OUT)
        .allSatisfy(
            row -> {
              assertThat(row.required("prediction").asText()).isIn("yes", "no");
              assertThat(row.required("probability").asDouble()).isBetween(0.5, 1.0);
            });
  }

  @Test
  void idsAreLabelsWithEveryDigitAndARowThatCanNotBeAnsweredOrJudgedIsCountedAndFailsNoOther(
      Cluster cluster) throws Exception {
    cluster.workers(2);
    var rows = new ArrayList<>(List.of("x,owner"));
    for (int i = 0; i < 100; i++) {
      rows.addAll(List.of("1,1234567890123456789", "-1,1234567890123456790"));
    }
    var training =
        TestJobs.train(
            owners(cluster, rows),
            List.of(new Dense(2, true)),
            Objective.CROSS_ENTROPY,
            60,
            "owners");
    var model =
        Cluster.present(cluster.succeeded(cluster.client().submit(training, null).jobId()).model());
    assertThat(model.classes()).containsExactly("1234567890123456789", "1234567890123456790");

    var others =
        List.of(
            "x,owner",
            "1,1234567890123456789",
            "1e39,1234567890123456789",
            "-1,1234567890123456790",
            "1,1234567890123456001",
            "1,");
    var infer = TestJobs.inferAll(owners(cluster, others), "owners", "1", 256);
    var job = cluster.succeeded(cluster.client().submit(infer, null).jobId());

    assertThat(Cluster.present(job.inference()).metrics())
        .containsAllEntriesOf(
            Map.of(
                "rows", 4.0,
                "accuracy", 0.5, // of two owners 1 of 2 and 1 of 1, and one more is unknown
                "macroRecall", 0.75,
                "macroPrecision", 0.75,
                "unknownLabels", 1.0,
                "rowsUnanswered", 1.0,
                "firstRowUnanswered", 1.0));
    assertThat(cluster.results(job.jobId()))
        .extracting(row -> row.required("prediction").asText())
        .containsExactly(
            "1234567890123456789",
            "null",
            "1234567890123456790",
            "1234567890123456789",
            "1234567890123456789");
  }

  private DatasetSpec owners(Cluster cluster, List<String> rows) throws Exception {
    var file = Csv.write(dir.resolve("owners.csv"), rows);
    return TestJobs.classification(cluster.client().upload(file).artifact(), "owner");
  }

  @Test
  void aConvolutionalNetworkWithStateGivesTheSameBitsOnOneWorkerAndOnThree(Cluster cluster)
      throws Exception {
    List<Layer> layers =
        List.of(
            new Conv2d(6, 3, 1, 1, true),
            new BatchNorm(0.1, 1e-5),
            new Activation(Function.RELU),
            new MaxPool2d(2, 0, 0),
            new Flatten(),
            new Dropout(0.1),
            new Dense(10, true));
    var spec = TestJobs.digits(cluster.client(), List.of(1, 8, 8), layers, 3, "convolutional");

    cluster.workers(1);
    var one =
        Cluster.present(cluster.succeeded(cluster.client().submit(spec, null).jobId()).model());
    cluster.workers(3);
    var three =
        Cluster.present(cluster.succeeded(cluster.client().submit(spec, null).jobId()).model());

    assertThat(three.sha256()).isEqualTo(one.sha256());
    assertThat(one.metrics().get("accuracy")).isGreaterThan(0.8);
  }
}
