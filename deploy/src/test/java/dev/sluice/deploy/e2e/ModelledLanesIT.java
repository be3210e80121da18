package dev.sluice.deploy.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.deploy.standalone.LaneWorkers;
import dev.sluice.deploy.standalone.StandaloneOptions;
import dev.sluice.producer.api.JobView;
import dev.sluice.producer.client.SluiceException;
import dev.sluice.schemas.wire.InferenceSpec;
import dev.sluice.schemas.wire.JobSpec;
import dev.sluice.schemas.wire.PlacementWishes;
import dev.sluice.schemas.wire.Priority;
import dev.sluice.schemas.wire.QuantisationSpec;
import dev.sluice.schemas.wire.TrainingSpec;
import dev.sluice.schemas.wire.Unplaceable;
import dev.sluice.schemas.wire.Work;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** A fleet that mixes a modelled GPU with modelled inference-only devices. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ModelledLanesIT {
  private static final int EPOCHS = 12;

  @TempDir private Path dir;
  private Cluster cluster;
  private JobSpec training;
  private JobView trained;

  @BeforeAll
  void aGpuTrains() throws Exception {
    var options =
        StandaloneOptions.temporary(0)
            .withLanes(
                List.of(
                    new LaneWorkers("gpu", "nvidia-h100-sxm", 1),
                    new LaneWorkers("warboy", "furiosa-warboy", 1)));
    cluster = Cluster.ofItsOwn(options);
    training = TestJobs.quickstart(cluster.client(), EPOCHS, "digits");
    trained = cluster.succeeded(cluster.client().submit(training, null).jobId());
  }

  @AfterAll
  void close() {
    cluster.close();
  }

  @Test
  void trainingGoesToTheGpuWithAForecastAndModelledFiguresBesideTheMeasuredOnes() {
    assertThat(trained.lane()).isEqualTo("gpu");
    var chosen =
        Cluster.present(trained.verdicts()).stream()
            .filter(v -> v.verdict().equals("chosen"))
            .findFirst();
    assertThat(chosen.orElseThrow().forecast()).isNotNull();
    var figures = Cluster.present(trained.training());
    assertThat(figures.computeSeconds()).isPositive();
    var modelled = Cluster.present(figures.modelled());
    assertThat(modelled.seconds()).isPositive();
    assertThat(Cluster.present(modelled.joules())).isPositive();
  }

  @Test
  void trainingOnInferenceOnlyLanesIsRefusedWithEveryReason() {
    var refused =
        catchThrowableOfType(
            SluiceException.Refused.class,
            () -> cluster.client().submit(on(training.work(), List.of("warboy")), null));
    assertThat(refused.problem().status()).isEqualTo(422);
    assertThat(Cluster.present(refused.problem().verdicts()))
        .filteredOn(verdict -> verdict.lane().equals("warboy"))
        .singleElement()
        .satisfies(
            verdict ->
                assertThat(verdict.reasons())
                    .extracting(JobView.ReasonView::code)
                    .containsExactly("no-training", "format-missing"));
  }

  @Test
  void anInt8VersionRunsOnTheDeviceThatTakesNothingElse() throws Exception {
    var dataset = ((TrainingSpec) training.work()).dataset();
    var quantised =
        cluster.succeeded(
            cluster
                .client()
                .submit(
                    on(new QuantisationSpec("digits", "1", "int8", dataset, 256, null), List.of()),
                    null)
                .jobId());
    var version = Cluster.present(quantised.model());
    assertThat(version.format()).isEqualTo("int8");
    assertThat(version.parent()).isEqualTo("digits@1");

    var infer = (InferenceSpec) TestJobs.inferHeldOut(training, "digits", "1").work();
    var inInt8 =
        new InferenceSpec(
            "digits",
            String.valueOf(version.version()),
            infer.dataset(),
            infer.batch(),
            infer.columns());
    var job =
        cluster.succeeded(cluster.client().submit(on(inInt8, List.of("warboy")), null).jobId());

    var inference = Cluster.present(job.inference());
    assertThat(inference.format()).isEqualTo("int8");
    assertThat(inference.modelled()).isNotNull();
    double fp32 = Cluster.present(Cluster.present(trained.model()).metrics().get("accuracy"));
    assertThat(inference.metrics().get("accuracy")).isBetween(fp32 - 0.03, fp32 + 0.03);
    assertThat(cluster.results(job.jobId())).hasSize((int) inference.rows());

    var refused = cluster.client().submit(on(infer, List.of("warboy")), null);
    var outcome = cluster.client().await(refused.jobId(), Cluster.JOB_MAX, state -> {});
    assertThat(outcome.status()).isEqualTo("refused");
    assertThat(Cluster.present(outcome.cause()).why()).contains("int8");
  }

  @Test
  void aJobThatNothingCanRunIsHeldAndStartsByItselfWhenAFittingWorkerJoins() throws Exception {
    var spec =
        new JobSpec(
            "default",
            "held",
            Priority.NORMAL,
            List.of("late"),
            Unplaceable.HOLD,
            training.work(),
            PlacementWishes.NONE);
    var held = cluster.client().submit(spec, null);
    assertThat(held.status()).isEqualTo("held");
    assertThat(Cluster.present(held.cause()).why()).isNotBlank();

    cluster.addWorker("late", "nvidia-a100-sxm-80gb");

    assertThat(cluster.succeeded(held.jobId()).lane()).isEqualTo("late");
  }

  @Test
  void explainSaysBeforeWhatAdmissionSaysAfter() throws Exception {
    var data = Csv.circles(dir, 200);
    var file = dir.resolve("job.yaml");
    Files.writeString(
        file,
        """
        kind: training
        dataset: {file: %s, label: inside}
        model: {layers: [{dense: 2}]}
        optimizer: {sgd: {learningRate: 0.1}}
        epochs: 1
        """
            .formatted(data.getFileName()));
    var ran = cluster.sluice("explain", file.toString(), "--json");
    assertThat(ran.exitCode()).as(ran.err()).isZero();
    var verdicts = ran.json().required("verdicts");
    assertThat(verdicts)
        .anySatisfy(
            verdict -> {
              assertThat(verdict.required("lane").asText()).isEqualTo("gpu");
              assertThat(verdict.required("verdict").asText()).isEqualTo("chosen");
              assertThat(verdict.required("forecast").required("basis").asText())
                  .isEqualTo("modelled");
            })
        .anySatisfy(
            verdict -> {
              assertThat(verdict.required("lane").asText()).isEqualTo("warboy");
              assertThat(verdict.required("verdict").asText()).isEqualTo("impossible");
            });
  }

  private static JobSpec on(Work work, List<String> lanes) {
    return new JobSpec(
        "default", "", Priority.NORMAL, lanes, Unplaceable.REFUSE, work, PlacementWishes.NONE);
  }
}
