package dev.sluice.schemas.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.sluice.schemas.accelerator.AcceleratorModel;
import dev.sluice.schemas.accelerator.Catalogue;
import dev.sluice.schemas.accelerator.NumberFormat;
import dev.sluice.schemas.network.NetworkResult;
import dev.sluice.schemas.network.NetworkShapes;
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
    return Catalogue.builtIn().find(id).orElseThrow();
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
                    "Whether google-tpu-v4 takes fp32 isn't published. Published are rates in bf16,"
                        + " int8.")));
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
  void trainingIsRefusedWhereNothingTrains() {
    assertThat(
            TrainingCost.predict(device("rbln-atom"), model("bert-large"), Optional.empty(), 8, 1))
        .isInstanceOfSatisfying(
            TrainingPrediction.Impossible.class,
            impossible -> assertThat(impossible.reasons().getFirst()).contains("only infers"));
    assertThat(
            TrainingCost.predict(
                device("nvidia-t4"), model("bert-large"), Optional.of(NumberFormat.INT8), 8, 1))
        .isInstanceOf(TrainingPrediction.Impossible.class);
    assertThat(
            TrainingCost.predict(
                device("nvidia-h100-sxm"), model("llama2-70b"), Optional.empty(), 4096, 8))
        .isInstanceOfSatisfying(
            TrainingPrediction.Impossible.class,
            impossible ->
                assertThat(impossible.reasons().getFirst())
                    .contains("1.1 TB for parameters, gradients and Adam state")
                    .contains("8 x nvidia-h100-sxm leave 576 GB")
                    .contains("at least 16"));
  }

  @Test
  void beyondTheInterconnectGradientsTravelOverTheNetwork() {
    double eight = allReduce(8);
    double sixteen = allReduce(16);
    // 2 x (n - 1) / n of the gradients, over 450 GB/s and then 8 x 50 GB/s (400 Gbit/s a device).
    assertThat(sixteen / eight).isCloseTo(450.0 / 400 * (15.0 / 16) / (7.0 / 8), within(1e-9));
  }

  private static double allReduce(int count) {
    return TrainingCost.predict(
                device("nvidia-h100-sxm"), model("bert-large"), Optional.empty(), 8, count)
            instanceof TrainingPrediction.Predicted step
        ? step.allReduceSeconds()
        : Double.NaN;
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
    for (var device : Catalogue.builtIn().all()) {
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
