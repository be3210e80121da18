package dev.sluice.schemas.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.schemas.accelerator.AcceleratorModel;
import dev.sluice.schemas.accelerator.Catalogue;
import dev.sluice.schemas.accelerator.NumberFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What a prediction says where there is none, and that it never breaks. */
class CostModelTest {

  private static final Workload OWN =
      new Workload.Network(
          "the network",
          Workload.Kind.DENSE,
          1e6,
          2e6,
          2e6,
          3e3,
          2e3,
          3,
          4e3,
          0.6,
          2e-5,
          false,
          false);

  private static AcceleratorModel accelerator(String id) {
    return Catalogue.builtIn().find(id).orElseThrow();
  }

  private static Workload model(String name) {
    return Workload.of(ModelCosts.builtIn().named(name).orElseThrow());
  }

  private static Prediction predict(String accelerator, Workload workload, NumberFormat format) {
    return CostModel.builtIn()
        .predict(accelerator(accelerator), workload, Scenario.OFFLINE, Optional.of(format), 1);
  }

  private static Prediction predict(String accelerator, Workload workload) {
    return CostModel.builtIn()
        .predict(accelerator(accelerator), workload, Scenario.OFFLINE, Optional.empty(), 1);
  }

  private static String unknown(Prediction prediction) {
    return String.join(" ", ((Prediction.Unknown) prediction).reasons());
  }

  private static String impossible(Prediction prediction) {
    return String.join(" ", ((Prediction.Impossible) prediction).reasons());
  }

  private static TrainingPrediction train(String accelerator, String model, NumberFormat format) {
    return TrainingCost.predict(accelerator(accelerator), model(model), Optional.of(format), 64, 2);
  }

  @Test
  void withoutFiguresNothingIsPredicted() {
    assertThat(unknown(predict("host-cpu", model("resnet50"))))
        .isEqualTo("How fast host-cpu computes in int8, fp8, fp16, bf16 isn't published.");
    assertThat(unknown(predict("nvidia-h100-nvl", model("resnet50")))).contains("nvidia-h100-nvl");
    assertThat(unknown(predict("rbln-atom", model("resnet50"), NumberFormat.FP8))).contains("fp8");
  }

  @Test
  void whatIsKnownOfNoModelIsPredictedOfNone() {
    assertThat(unknown(predict("nvidia-t4", model("sdxl")))).contains("range");
    assertThat(unknown(predict("nvidia-t4", model("3d-unet-kits")))).contains("range");
    assertThat(unknown(predict("nvidia-t4", model("gpt3-175b")))).contains("training");
  }

  @Test
  void whatCannotBeIsImpossibleWithNumbers() {
    assertThat(impossible(predict("nvidia-t4", model("resnet50"), NumberFormat.BF16)))
        .startsWith("nvidia-t4 publishes no bf16 rate, only ")
        .contains("int8");
    assertThat(impossible(predict("nvidia-h100-sxm", model("llama2-70b-99"), NumberFormat.FP16)))
        .isEqualTo(
            "The weights of llama2-70b and the cache of one sample take 138.146 GB in fp16, and one"
                + " nvidia-h100-sxm has 72.000 GB for models.");
  }

  @Test
  void everyDeviceAnswersEveryQuestion() {
    var workloads = ModelCosts.builtIn().all().stream().map(Workload::of).toList();
    for (var accelerator : Catalogue.builtIn().all()) {
      for (var workload : workloads) {
        for (var scenario : Scenario.values()) {
          for (int count : new int[] {1, 3, 8, 1_000_000}) {
            var prediction =
                CostModel.builtIn()
                    .predict(accelerator, workload, scenario, Optional.empty(), count);
            assertThat(prediction)
                .satisfies(p -> assertSound(p, accelerator.id() + " " + workload.name()));
          }
        }
      }
    }
  }

  private static void assertSound(Prediction prediction, String what) {
    switch (prediction) {
      case Prediction.Predicted predicted -> {
        assertThat(predicted.samplesPerSecond()).as(what).isPositive().isFinite();
        assertThat(predicted.latencyMs()).as(what).isPositive().isFinite();
        assertThat(predicted.interval().low()).as(what).isLessThan(predicted.samplesPerSecond());
        assertThat(predicted.interval().high())
            .as(what)
            .isGreaterThan(predicted.samplesPerSecond());
      }
      case Prediction.Impossible(var reasons) -> assertThat(reasons).as(what).isNotEmpty();
      case Prediction.Unknown(var reasons) -> assertThat(reasons).as(what).isNotEmpty();
    }
  }

  @Test
  void aNetworkOfOnesOwnHasAWideIntervalAndRunsIn32Bits() {
    var predicted = (Prediction.Predicted) predict("nvidia-t4", OWN, NumberFormat.FP32);

    assertThat(predicted.format()).isEqualTo(NumberFormat.FP32);
    assertThat(predicted.interval().factor()).isEqualTo(2);
    assertThat(predicted.notes()).anyMatch(note -> note.contains("Nothing was fitted"));
  }

  @Test
  void whyADeviceDoesNotTrainIsSaid() {
    assertThat(train("rbln-atom", "resnet50", NumberFormat.INT8))
        .isEqualTo(
            new TrainingPrediction.Impossible(
                List.of(
                    "The vendor of rbln-atom has no software that trains on it.",
                    "int8 holds whole numbers, and gradients are none: it doesn't train.")));
    assertThat(train("aws-inferentia2", "resnet50", NumberFormat.BF16))
        .isInstanceOf(TrainingPrediction.Unknown.class);
    assertThat(train("host-cpu", "resnet50", NumberFormat.FP32))
        .isInstanceOf(TrainingPrediction.Unknown.class);
    assertThat(train("nvidia-t4", "sdxl", NumberFormat.FP16))
        .isInstanceOf(TrainingPrediction.Unknown.class);
  }

  @Test
  void countsBelowOneAreRefused() {
    assertThatThrownBy(
            () ->
                CostModel.builtIn()
                    .predict(accelerator("nvidia-t4"), OWN, Scenario.OFFLINE, Optional.empty(), 0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(
            () -> TrainingCost.predict(accelerator("nvidia-t4"), OWN, Optional.empty(), 0, 1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void everyFactorSaysWhatItIsAndAMissingOneIsFoundAtOnce() {
    assertThat(Factors.builtIn().all().values())
        .allSatisfy(factor -> assertThat(factor.source()).isNotBlank())
        .allSatisfy(factor -> assertThat(factor.reason()).isNotBlank());
    assertThatThrownBy(() -> Factors.builtIn().value("eta.resnet51"))
        .hasMessageContaining("eta.resnet51");
    assertThatThrownBy(() -> new Calibration(Factors.parse("f.yaml", "factors: []")))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("no factor");
    assertThatThrownBy(() -> Factors.parse("f.yaml", "factors: [{name: a, value: x}]"))
        .hasMessageContaining("f.yaml, line 1");
  }

  @Test
  void benchmarksNameTheirModels() {
    var costs = ModelCosts.builtIn();

    assertThat(costs.named("bert-99.9")).isEqualTo(costs.find("bert-large"));
    assertThat(costs.named("resnet")).isEqualTo(costs.find("resnet50"));
    assertThat(costs.named("llama3-8b")).isEqualTo(costs.find("llama3-8b"));
    assertThat(costs.named("bert-98")).isEmpty();
    assertThat(costs.nearest("bert-98")).contains("bert-99");
  }
}
