package dev.sluice.accelerators.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.sluice.accelerators.catalogue.AcceleratorModel;
import dev.sluice.accelerators.catalogue.Catalogue;
import dev.sluice.accelerators.catalogue.CatalogueFiles;
import dev.sluice.accelerators.catalogue.NumberFormat;
import dev.sluice.jobs.network.NetworkResult;
import dev.sluice.jobs.network.NetworkShapes;
import dev.sluice.schemas.wire.Dense;
import dev.sluice.schemas.wire.LayerStack;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * What the model says in words: possible, impossible with reasons, unknown with what is missing.
 */
class CostModelTest {

  private static AcceleratorModel device(String id) {
    return CatalogueFiles.builtIn().find(id).orElseThrow();
  }

  private static Workload model(String id) {
    return Workload.of(ModelCosts.builtIn().find(id).orElseThrow());
  }

  private static Prediction offline(String device, Workload workload) {
    return CostModel.builtIn()
        .predict(device(device), workload, Scenario.OFFLINE, Optional.empty(), 1);
  }

  private static Prediction.Predicted predicted(Prediction prediction) {
    return (Prediction.Predicted) prediction;
  }

  private static Workload dense() {
    var stack = new LayerStack(List.of(64), List.of(new Dense(512, true), new Dense(10, true)));
    return switch (NetworkShapes.infer(stack, 64)) {
      case NetworkResult.Fits(var plan) -> Workload.of(plan);
      case NetworkResult.DoesNotFit(var causes) -> throw new AssertionError(causes);
    };
  }

  @Test
  void aUsersNetworkIsPredictedWithItsFamilysFactorsAndAWideInterval() {
    var prediction = predicted(offline("nvidia-a100-sxm-80gb", dense()));

    assertThat(prediction.format()).isEqualTo(NumberFormat.FP16);
    assertThat(prediction.interval().high()).isEqualTo(2 * prediction.samplesPerSecond());
    assertThat(prediction.notes()).anySatisfy(note -> assertThat(note).contains("dense"));
  }

  @Test
  void anInt8OnlyChipRefusesANetworkThatIsNotQuantised() {
    assertThat(offline("furiosa-warboy", dense()))
        .isInstanceOfSatisfying(
            Prediction.Impossible.class,
            impossible ->
                assertThat(impossible.reasons().getFirst()).contains("furiosa-warboy", "int8"));
    var asInt8 =
        CostModel.builtIn()
            .predict(
                device("furiosa-warboy"),
                dense(),
                Scenario.SINGLE_STREAM,
                Optional.of(NumberFormat.INT8),
                1);
    assertThat(predicted(asInt8).bound()).isEqualTo(Bound.OVERHEAD);
  }

  @Test
  void theHostsProcessorHasNoFiguresSoNothingIsSaidOfIt() {
    assertThat(
            CostModel.builtIn()
                .predict(
                    Catalogue.HOST_CPU,
                    model("resnet50"),
                    Scenario.OFFLINE,
                    Optional.of(NumberFormat.FP32),
                    1))
        .isInstanceOfSatisfying(
            Prediction.Unknown.class,
            unknown ->
                assertThat(unknown.reasons().getFirst())
                    .contains("No rate of host-cpu is published"));
    assertThat(TrainingCost.predict(Catalogue.HOST_CPU, model("resnet50"), Optional.empty(), 32, 1))
        .isInstanceOf(TrainingPrediction.Unknown.class);
  }

  @Test
  void whetherAFormatIsTakenIsUnknownUnlessItIsPublishedThatItIsNot() {
    assertThat(
            CostModel.builtIn()
                .predict(
                    device("google-tpu-v4"),
                    model("resnet50"),
                    Scenario.OFFLINE,
                    Optional.of(NumberFormat.FP32),
                    1))
        .isEqualTo(
            new Prediction.Unknown(
                List.of(
                    "Whether google-tpu-v4 takes fp32 isn't published. Take one of bf16, int8.")));
  }

  @Test
  void anAcceptedFormatWithoutARateIsUnknownAndOneThatIsExcludedImpossible() {
    assertThat(
            CostModel.builtIn()
                .predict(
                    device("rbln-atom"),
                    model("resnet50"),
                    Scenario.OFFLINE,
                    Optional.of(NumberFormat.BF16),
                    1))
        .isInstanceOf(Prediction.Unknown.class);
    assertThat(
            CostModel.builtIn()
                .predict(
                    device("nvidia-t4"),
                    model("resnet50"),
                    Scenario.OFFLINE,
                    Optional.of(NumberFormat.FP8),
                    1))
        .isInstanceOf(Prediction.Impossible.class);
  }

  @Test
  void severalDevicesAnswerMoreAndOneStreamDoesNot() {
    var one = predicted(offline("nvidia-t4", model("resnet50")));
    var eight =
        predicted(
            CostModel.builtIn()
                .predict(
                    device("nvidia-t4"), model("resnet50"), Scenario.OFFLINE, Optional.empty(), 8));

    assertThat(eight.samplesPerSecond() / one.samplesPerSecond()).isBetween(7.9, 7.91);
  }

  @Test
  void aCopyOfADecoderSpansNoMoreDevicesThanTheInterconnectJoins() {
    for (int count : new int[] {8, 16, 1_000_000}) {
      var prediction =
          predicted(
              CostModel.builtIn()
                  .predict(
                      device("nvidia-h100-sxm"),
                      model("llama2-70b"),
                      Scenario.SINGLE_STREAM,
                      Optional.of(NumberFormat.FP16),
                      count));
      assertThat(prediction.notes())
          .as("of %s", count)
          .contains("Each copy of the model spans 8 devices.");
    }
    assertThat(
            CostModel.builtIn()
                .predict(
                    device("nvidia-t4"),
                    model("llama2-70b"),
                    Scenario.OFFLINE,
                    Optional.of(NumberFormat.FP32),
                    1_000_000))
        .isInstanceOfSatisfying(
            Prediction.Impossible.class,
            impossible ->
                assertThat(impossible.reasons().getFirst())
                    .contains("a copy would span 32 x nvidia-t4")
                    .contains("8, a node, are taken to be the most"));
  }

  private static Prediction.Predicted singleStream(
      String device, Workload workload, Optional<NumberFormat> format, int count) {
    return predicted(
        CostModel.builtIn()
            .predict(device(device), workload, Scenario.SINGLE_STREAM, format, count));
  }

  @Test
  void energyOfASingleStreamIsThatOfTheDevicesThatWork() {
    var eight = singleStream("nvidia-h100-sxm", model("llama2-70b"), Optional.empty(), 8);
    var many = singleStream("nvidia-h100-sxm", model("llama2-70b"), Optional.empty(), 1_000_000);
    assertThat(many.energyJPerSample()).isEqualTo(eight.energyJPerSample());
    assertThat(eight.energyJPerSample()).isEqualTo(700 * 8 * eight.latencyMs() / 1e3);
    assertThat(eight.notes()).noneMatch(note -> note.contains("keeps"));
    assertThat(many.notes())
        .contains("A single stream keeps 8 of 1000000 devices busy; energy counts no others.");

    var one = singleStream("nvidia-t4", model("resnet50"), Optional.empty(), 1);
    var four = singleStream("nvidia-t4", model("resnet50"), Optional.empty(), 4);
    assertThat(four.samplesPerSecond()).isEqualTo(one.samplesPerSecond());
    assertThat(four.notes())
        .contains("A single stream keeps 1 of 4 devices busy; energy counts no others.");
  }

  @Test
  void devicesThatMakeNoWholeCopyAreIdle() {
    var llama = model("llama2-70b");
    var format = Optional.of(NumberFormat.FP16);
    var nine =
        predicted(
            CostModel.builtIn()
                .predict(device("nvidia-h100-sxm"), llama, Scenario.OFFLINE, format, 9));
    var eight =
        predicted(
            CostModel.builtIn()
                .predict(device("nvidia-h100-sxm"), llama, Scenario.OFFLINE, format, 8));
    assertThat(nine.energyJPerSample()).isEqualTo(eight.energyJPerSample());
    assertThat(nine.notes()).contains("Copies of the model keep 8 of 9 devices busy.");
  }

  @Test
  void anEncoderOnAnNpuIsFastestInItsUsualFormatEvenWhereOneQueryCannotFillTheDevice() {
    for (var id : List.of("rbln-atom-max", "rbln-atom", "qualcomm-ai100-ultra")) {
      var usual = singleStream(id, model("bert-large"), Optional.empty(), 1);
      var sixteen = singleStream(id, model("bert-large"), Optional.of(NumberFormat.FP16), 1);
      assertThat(usual.format()).as(id).isEqualTo(NumberFormat.INT8);
      assertThat(usual.samplesPerSecond()).as(id).isGreaterThan(sixteen.samplesPerSecond());
    }
  }

  @Test
  void theFormatThatIsPredictedFastestIsTakenAndNotThatOfTheHighestPeak() {
    for (var device : CatalogueFiles.builtIn().all()) {
      for (var id : List.of("resnet50", "bert-large", "gptj-6b")) {
        for (var scenario : Scenario.values()) {
          var usual = CostModel.builtIn().predict(device, model(id), scenario, Optional.empty(), 1);
          if (!(usual instanceof Prediction.Predicted fastest)) {
            continue;
          }
          for (var format : Workload.QUANTISED) {
            var other =
                CostModel.builtIn().predict(device, model(id), scenario, Optional.of(format), 1);
            if (other instanceof Prediction.Predicted predicted) {
              assertThat(predicted.samplesPerSecond())
                  .as("%s %s %s %s", device.id(), id, scenario, format)
                  .isLessThanOrEqualTo(fastest.samplesPerSecond());
            }
          }
        }
      }
    }
  }

  @Test
  void highAccuracyIsKeptInFloatingPoint() {
    var usual = predicted(offline("nvidia-a100-sxm-80gb", model("bert-99")));
    var high = predicted(offline("nvidia-a100-sxm-80gb", model("bert-99.9")));
    assertThat(usual.format()).isEqualTo(NumberFormat.INT8);
    assertThat(high.format()).isEqualTo(NumberFormat.FP16);
    assertThat(high.samplesPerSecond()).isLessThan(0.6 * usual.samplesPerSecond());

    var eightBits = predicted(offline("nvidia-h200-sxm", model("llama2-70b-99.9")));
    assertThat(eightBits.format()).isEqualTo(NumberFormat.FP8);
    assertThat(eightBits.notes())
        .contains(
            "99.9 % of the accuracy is asked for. fp8 is taken to keep it; fp16 surely does, and is"
                + " slower.");
    assertThat(offline("furiosa-warboy", model("bert-99.9")))
        .isInstanceOfSatisfying(
            Prediction.Impossible.class,
            impossible ->
                assertThat(impossible.reasons().getFirst())
                    .contains("takes none of fp8, fp16, bf16, tf32, fp32: it computes in int8"));
    var asked = singleStream("nvidia-t4", model("gptj-99.9"), Optional.of(NumberFormat.INT8), 1);
    assertThat(asked.notes())
        .contains("99.9 % of the accuracy is asked for. int8 is not taken to keep it; fp16 is.");
  }

  @Test
  void aWideNpuSaysThatOneQueryDoesNotFillItAndIsLessSure() {
    var wide = singleStream("rbln-rebel-quad", model("resnet50"), Optional.empty(), 1);
    assertThat(wide.notes())
        .anySatisfy(
            note -> assertThat(note).contains("One query is taken to keep at most", "2048"));
    assertThat(wide.interval().high()).isEqualTo(2 * wide.samplesPerSecond());
    var narrow = singleStream("furiosa-warboy", model("resnet50"), Optional.empty(), 1);
    assertThat(narrow.notes()).noneMatch(note -> note.contains("One query"));
    assertThat(narrow.interval().high()).isLessThan(1.5 * narrow.samplesPerSecond());
    assertThat(predicted(offline("rbln-rebel-quad", model("resnet50"))).notes())
        .noneMatch(note -> note.contains("One query"));
  }

  @Test
  void aModulesPowerIsNoPowerOfItsGpu() {
    // Without the clock of a power limit only the measured share counts: 0.776 of 0.869.
    var factors = Factors.builtIn();
    for (var id : List.of("nvidia-gh200-96gb", "nvidia-gh200-144gb")) {
      assertThat(Device.of(device(id), factors).sustained(NumberFormat.FP8))
          .isCloseTo(0.776 / 0.869, within(1e-12));
      var prediction = predicted(offline(id, model("resnet50")));
      assertThat(prediction.notes())
          .anySatisfy(note -> assertThat(note).contains("published of the module"));
    }
    assertThat(Device.of(device("nvidia-h100-sxm"), factors).sustained(NumberFormat.FP8))
        .isNotCloseTo(0.709 / 0.869, within(1e-3));
  }

  @Test
  void absurdNumbersAreRefused() {
    for (int count : new int[] {0, -1, CostModel.COUNT_MAX + 1}) {
      assertThatThrownBy(
              () ->
                  CostModel.builtIn()
                      .predict(
                          device("nvidia-t4"),
                          model("resnet50"),
                          Scenario.OFFLINE,
                          Optional.empty(),
                          count))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(
            () ->
                TrainingCost.predict(
                    device("nvidia-t4"), model("resnet50"), Optional.empty(), 0, 1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void everyPairOfDeviceAndModelGetsAnAnswer() {
    for (var device : CatalogueFiles.builtIn().all()) {
      for (var cost : ModelCosts.builtIn().all()) {
        for (var scenario : Scenario.values()) {
          var prediction =
              CostModel.builtIn()
                  .predict(device, Workload.of(cost), scenario, Optional.empty(), 1_000_000);
          switch (prediction) {
            case Prediction.Predicted predicted -> {
              assertThat(predicted.samplesPerSecond()).isPositive().isFinite();
              assertThat(predicted.latencyMs()).isPositive().isFinite();
            }
            case Prediction.Impossible(var reasons) -> assertThat(reasons).isNotEmpty();
            case Prediction.Unknown(var reasons) -> assertThat(reasons).isNotEmpty();
          }
        }
      }
    }
  }
}
