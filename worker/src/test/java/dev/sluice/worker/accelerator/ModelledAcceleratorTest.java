package dev.sluice.worker.accelerator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sluice.accelerators.catalogue.CatalogueFiles;
import dev.sluice.accelerators.catalogue.NumberFormat;
import dev.sluice.accelerators.cost.CostModel;
import dev.sluice.accelerators.cost.Prediction;
import dev.sluice.accelerators.cost.Scenario;
import dev.sluice.accelerators.cost.Workload;
import dev.sluice.jobs.network.NetworkPlan;
import dev.sluice.jobs.network.NetworkResult;
import dev.sluice.jobs.network.NetworkShapes;
import dev.sluice.schemas.wire.Adam;
import dev.sluice.schemas.wire.Affine;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.Constant;
import dev.sluice.schemas.wire.DatasetFacts;
import dev.sluice.schemas.wire.DatasetSpec;
import dev.sluice.schemas.wire.Dense;
import dev.sluice.schemas.wire.Epochs;
import dev.sluice.schemas.wire.InferenceSpec;
import dev.sluice.schemas.wire.LayerStack;
import dev.sluice.schemas.wire.ModelVersion;
import dev.sluice.schemas.wire.Modelled;
import dev.sluice.schemas.wire.NetworkFacts;
import dev.sluice.schemas.wire.Objective;
import dev.sluice.schemas.wire.QuantisationSpec;
import dev.sluice.schemas.wire.Rows;
import dev.sluice.schemas.wire.Scaling;
import dev.sluice.schemas.wire.SumEncoding;
import dev.sluice.schemas.wire.Target;
import dev.sluice.schemas.wire.TorchScript;
import dev.sluice.schemas.wire.TrainingPrepared;
import dev.sluice.schemas.wire.TrainingSpec;
import dev.sluice.worker.work.ExportWork;
import dev.sluice.worker.work.InferWork;
import dev.sluice.worker.work.PrepareWork;
import dev.sluice.worker.work.QuantiseWork;
import dev.sluice.worker.work.TaskWork;
import dev.sluice.worker.work.TermWork;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A device that is modelled refuses what it cannot do, and says what the rest would have taken. */
class ModelledAcceleratorTest {

  private static final DatasetSpec DATASET =
      new DatasetSpec(
          "sha256:0",
          null,
          "y",
          List.of(),
          Target.CLASSIFICATION,
          0,
          null,
          1,
          Rows.ALL,
          Scaling.NONE,
          Scaling.NONE);

  private static final LayerStack NETWORK =
      new LayerStack(List.of(784), List.of(new Dense(512, true), new Dense(10, true)));

  private static Accelerator accelerator(String id) {
    return Accelerator.of(CatalogueFiles.builtIn().find(id).orElseThrow());
  }

  // ---- tasks

  private static NetworkFacts facts(LayerStack stack) {
    NetworkPlan plan =
        switch (NetworkShapes.infer(stack, stack.input().getFirst())) {
          case NetworkResult.Fits(NetworkPlan fitting) -> fitting;
          case NetworkResult.DoesNotFit(var causes) -> throw new AssertionError(causes);
        };
    var none = new Affine(List.of(), List.of());
    return new NetworkFacts(
        stack,
        plan.input(),
        plan.outputs(),
        Objective.CROSS_ENTROPY,
        List.of(),
        List.of(),
        none,
        none,
        plan.tensors(),
        plan.parameters(),
        plan.floats());
  }

  private static ModelVersion version(NetworkFacts facts, String format) {
    return new ModelVersion(
        "digits",
        4,
        "job",
        "sha256:1",
        facts,
        List.of(),
        List.of(),
        "sha256:0",
        1,
        "",
        0,
        format,
        "");
  }

  private static TrainingSpec training(int batch) {
    return new TrainingSpec(
        DATASET,
        NETWORK,
        Objective.CROSS_ENTROPY,
        new Adam(0.9, 0.999, 1e-8, 0),
        0.01,
        new Constant(),
        0,
        batch,
        4,
        new Epochs(2),
        9,
        "digits");
  }

  private static TrainingPrepared prepared(LayerStack stack) {
    return prepared(stack, 100);
  }

  private static TrainingPrepared prepared(LayerStack stack, long rows) {
    return new TrainingPrepared(new DatasetFacts("sha256:0", rows, 0, rows), facts(stack), 1, 2);
  }

  private static TermWork term(LayerStack stack, int batch) {
    return term(stack, batch, 100);
  }

  private static TermWork term(LayerStack stack, int batch, long rows) {
    return new TermWork(
        training(batch),
        prepared(stack, rows),
        0,
        4,
        0,
        10,
        0,
        5,
        1000,
        null,
        false,
        SumEncoding.NONE);
  }

  private static InferenceSpec answering(int batch) {
    return new InferenceSpec("digits", "4", DATASET, batch, List.of());
  }

  private static InferWork infer(String format, int batch, long rows) {
    return new InferWork(answering(batch), version(facts(NETWORK), format), 0, rows);
  }

  private static QuantiseWork quantise() {
    return new QuantiseWork(
        new QuantisationSpec("digits", "4", "int8", DATASET, 100, null),
        version(facts(NETWORK), "fp32"));
  }

  // ---- what is refused

  private static Cause refused(String accelerator, TaskWork work) {
    return accelerator(accelerator).objection(work).orElseThrow();
  }

  @Test
  void whatOnlyInfersDoesNotTrain() {
    var tasks =
        List.of(
            new PrepareWork(training(32), null),
            term(NETWORK, 32),
            new ExportWork(training(32), prepared(NETWORK), 10));
    for (TaskWork work : tasks) {
      var cause = refused("rbln-atom", work);
      assertThat(cause.what()).isEqualTo("rbln-atom cannot do this.");
      assertThat(cause.why())
          .isEqualTo("Training is asked for, and there is no training software for rbln-atom.");
      assertThat(cause.mend()).contains("same catalogue files");
      assertThat(cause.code()).isEqualTo(Code.MISPLACED_TASK);
      assertThat(accelerator("nvidia-h100-sxm").objection(work)).isEmpty();
    }
  }

  @Test
  void everyReasonIsNamedAtOnce() {
    assertThat(refused("furiosa-warboy", term(NETWORK, 32)).why())
        .isEqualTo(
            "Training is asked for, and there is no training software for furiosa-warboy. The"
                + " numbers are fp32, and furiosa-warboy computes in int8.");
  }

  @Test
  void onlyFormatsThatItTakesRunOnIt() {
    assertThat(accelerator("furiosa-warboy").objection(infer("int8", 8, 10))).isEmpty();
    assertThat(accelerator("rbln-atom").objection(infer("fp32", 8, 10))).isEmpty();
    var cause = refused("furiosa-warboy", infer("fp32", 8, 10));
    assertThat(cause.why())
        .startsWith("The numbers are fp32, and furiosa-warboy computes in int8.")
        .contains("`kind: quantisation`");
    assertThat(
            refused(
                    "furiosa-warboy",
                    new PrepareWork(answering(8), version(facts(NETWORK), "fp32")))
                .why())
        .isEqualTo(cause.why());
  }

  @Test
  void whatDoesNotFitItsMemoryIsRefusedWithTheNumbers() {
    // A row keeps 62,010 values of 4 bytes each.
    var wide =
        new LayerStack(List.of(60_000), List.of(new Dense(1_000, false), new Dense(10, false)));
    var training = refused("nvidia-l4", term(wide, 400_000, 400_000));
    assertThat(training.why())
        .contains(
            "25.4 GB for parameters, gradients, Adam state and activations",
            "nvidia-l4 has 24 GB, of which 21.6 GB are left to a model");
    assertThat(accelerator("nvidia-h100-sxm").objection(term(wide, 400_000, 400_000))).isEmpty();
  }

  @Test
  void aBatchHoldsNoMoreRowsThanThereAre() {
    var wide =
        new LayerStack(List.of(60_000), List.of(new Dense(1_000, false), new Dense(10, false)));
    assertThat(accelerator("nvidia-l4").objection(term(wide, 400_000, 100))).isEmpty();
    assertThat(accelerator("rbln-atom").objection(inferring(wide, 80_000))).isEmpty();
  }

  private static InferWork inferring(LayerStack stack, int batch) {
    return new InferWork(answering(batch), version(facts(stack), "fp32"), 0, 10);
  }

  @Test
  void quantisingIsTheHostsWork() {
    assertThat(accelerator("furiosa-warboy").objection(quantise())).isEmpty();
  }

  @Test
  void everyDeviceOfTheCatalogueThatDoesNotTrainRefusesTraining() {
    for (var model : CatalogueFiles.builtIn().all()) {
      var objection = Accelerator.of(model).objection(new PrepareWork(training(32), null));
      // What isn't published refuses nothing.
      boolean able = model.trains() && !model.refuses(NumberFormat.FP32);
      assertThat(objection.isEmpty()).as(model.id()).isEqualTo(able);
    }
  }

  // ---- figures

  private static Modelled of(@Nullable Modelled modelled) {
    assertThat(modelled).isNotNull();
    return Objects.requireNonNull(modelled);
  }

  @Test
  void answersTakeWhatTheCostModelSays() {
    var warboy = CatalogueFiles.builtIn().find("furiosa-warboy").orElseThrow();
    var prediction =
        (Prediction.Predicted)
            CostModel.builtIn()
                .predict(
                    warboy,
                    Workload.of(facts(NETWORK)),
                    Scenario.OFFLINE,
                    Optional.of(NumberFormat.INT8),
                    1,
                    64);
    var modelled = of(modelled(Accelerator.of(warboy), infer("int8", 64, 1000)));
    assertThat(modelled.seconds()).isCloseTo(1000 / prediction.samplesPerSecond(), within(1e-12));
    assertThat(modelled.joules())
        .isEqualTo(
            prediction.energyJPerSample() == null ? null : prediction.energyJPerSample() * 1000);
  }

  @Test
  void oneRowAtATimeTakesLongerThanManyAtOnce() {
    var atom = accelerator("rbln-atom");
    assertThat(of(modelled(atom, infer("int8", 1, 1000))).seconds())
        .isGreaterThan(of(modelled(atom, infer("int8", 64, 1000))).seconds());
  }

  @Test
  void floatsAtARateThatIsNotPublishedRunInTheFastestFloatsThatAre() {
    var atom = accelerator("rbln-atom");
    assertThat(modelled(atom, infer("fp32", 64, 1000)))
        .isEqualTo(modelled(atom, infer("fp16", 64, 1000)))
        .isNotNull();
  }

  @Test
  void trainingTakesItsStepsAndTheirEnergy() {
    var gpu = accelerator("nvidia-h100-sxm");
    var ten = of(gpu.training(term(NETWORK, 32), 320, 10));
    var twenty = of(gpu.training(term(NETWORK, 32), 640, 20));
    assertThat(ten.seconds()).isPositive();
    assertThat(twenty.seconds()).isCloseTo(2 * ten.seconds(), within(1e-12));
    assertThat(ten.joules()).isPositive();
    assertThat(gpu.training(term(NETWORK, 32), 0, 0)).isNull();
  }

  @Test
  void whereNothingIsPublishedNothingIsSaid() {
    // Its rates are left out of the catalogue.
    assertThat(modelled(accelerator("nvidia-h100-nvl"), infer("fp32", 64, 1000))).isNull();
    var network = facts(NETWORK);
    var script =
        new NetworkFacts(
            new TorchScript("sha256:0", List.of(784)),
            network.input(),
            network.outputs(),
            network.objective(),
            List.of(),
            List.of(),
            network.featureScale(),
            network.targetScale(),
            network.tensors(),
            network.parameters(),
            network.floats());
    var work = new InferWork(answering(64), version(script, "fp32"), 0, 10);
    assertThat(accelerator("nvidia-h100-sxm").objection(work)).isEmpty();
    assertThat(modelled(accelerator("nvidia-h100-sxm"), work)).isNull();
  }

  @Test
  void theHostsProcessorIsMeasuredAndDoesEverything() {
    var host = accelerator("host-cpu");
    assertThat(host.modelled()).isFalse();
    assertThat(accelerator("rbln-atom").modelled()).isTrue();
    for (TaskWork work :
        List.of(
            new PrepareWork(training(32), null),
            term(NETWORK, 32),
            infer("fp32", 8, 10),
            infer("int8", 8, 10),
            quantise())) {
      assertThat(host.objection(work)).isEmpty();
    }
    assertThat(modelled(host, infer("fp32", 8, 10))).isNull();
    assertThat(host.training(term(NETWORK, 32), 10, 1)).isNull();
  }

  private static @Nullable Modelled modelled(Accelerator device, InferWork work) {
    return device.inference(work.model(), work.rowTo() - work.rowFrom(), work.spec().batch());
  }

  @Test
  void aModelWhoseFormatADeviceDoesNotTakeIsObjectedToWithoutAJob() {
    assertThat(accelerator("furiosa-warboy").objection(version(facts(NETWORK), "int8"))).isEmpty();
    assertThat(accelerator("furiosa-warboy").objection(version(facts(NETWORK), "fp32")))
        .hasValueSatisfying(cause -> assertThat(cause.code()).isEqualTo(Code.MISPLACED_TASK));
    assertThat(accelerator("host-cpu").objection(version(facts(NETWORK), "fp32"))).isEmpty();
  }
}
