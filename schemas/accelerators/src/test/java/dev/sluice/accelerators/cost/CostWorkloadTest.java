package dev.sluice.accelerators.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.accelerators.catalogue.NumberFormat;
import dev.sluice.jobs.network.NetworkPlan;
import dev.sluice.jobs.network.NetworkResult;
import dev.sluice.jobs.network.NetworkShapes;
import dev.sluice.schemas.wire.Activation;
import dev.sluice.schemas.wire.Affine;
import dev.sluice.schemas.wire.BatchNorm;
import dev.sluice.schemas.wire.Conv2d;
import dev.sluice.schemas.wire.Dense;
import dev.sluice.schemas.wire.Dropout;
import dev.sluice.schemas.wire.Flatten;
import dev.sluice.schemas.wire.Function;
import dev.sluice.schemas.wire.Layer;
import dev.sluice.schemas.wire.LayerStack;
import dev.sluice.schemas.wire.MaxPool2d;
import dev.sluice.schemas.wire.Network;
import dev.sluice.schemas.wire.NetworkFacts;
import dev.sluice.schemas.wire.Objective;
import dev.sluice.schemas.wire.TorchScript;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What models and networks cost: counted layer by layer, or unknown with the reason. */
class CostWorkloadTest {

  private static NetworkPlan plan(List<Integer> input, Layer... layers) {
    int columns = input.stream().reduce(1, (a, b) -> a * b);
    return switch (NetworkShapes.infer(new LayerStack(input, List.of(layers)), columns)) {
      case NetworkResult.Fits(var plan) -> plan;
      case NetworkResult.DoesNotFit(var causes) -> throw new AssertionError(causes);
    };
  }

  private static Workload.FeedForward counted(NetworkPlan plan) {
    return (Workload.FeedForward) Workload.of(plan);
  }

  private static Workload surveyed(String id) {
    return Workload.of(ModelCosts.builtIn().find(id).orElseThrow());
  }

  private static NetworkFacts facts(Network network) {
    return new NetworkFacts(
        network,
        List.of(64),
        10,
        Objective.CROSS_ENTROPY,
        List.of(),
        List.of(),
        new Affine(List.of(), List.of()),
        new Affine(List.of(), List.of()),
        List.of(),
        2410,
        2410);
  }

  @Test
  void fullyConnectedLayersCostTwiceTheirProducts() {
    var network =
        counted(
            plan(
                List.of(64),
                new Dense(32, true),
                new Activation(Function.RELU),
                new Dropout(0.1),
                new Dense(10, true)));

    assertThat(network.family()).isEqualTo(Family.DENSE);
    assertThat(network.parameters()).isEqualTo(64 * 32 + 32 + 32 * 10 + 10);
    assertThat(network.flops()).isEqualTo(2 * (64 * 32 + 32 * 10) + 32);
    assertThat(network.activations()).as("functions are fused").isEqualTo(64 + 32 + 32 + 10);
    assertThat(network.largest()).isEqualTo(96);
    assertThat(network.layers()).isEqualTo(2);
    assertThat(network.kept()).as("each layer's input, and the output").isEqualTo(64 + 3 * 32 + 10);
    assertThat(network.input()).isEqualTo(256);
  }

  @Test
  void convolutionsCostTheirWindowForEachOutput() {
    var network =
        counted(
            plan(
                List.of(3, 8, 8),
                new Conv2d(16, 3, 1, 1, false),
                new BatchNorm(0.1, 1e-5),
                new MaxPool2d(2, 2, 0),
                new Flatten(),
                new Dense(10, true)));

    double convolution = 2.0 * 3 * 3 * 3 * 16 * 64;
    assertThat(network.family()).isEqualTo(Family.CNN);
    assertThat(network.flops()).isEqualTo(convolution + 2 * 1024 + 4 * 256 + 2.0 * 256 * 10);
    assertThat(network.activations()).isEqualTo(192 + 1024 + 1024 + 256 + 256 + 10);
    assertThat(network.largest()).isEqualTo(1280);
    assertThat(network.layers()).isEqualTo(3);
    assertThat(network.parameters())
        .as("running statistics are held as well")
        .isEqualTo(3 * 9 * 16 + 4 * 16 + 2560 + 10);
  }

  @Test
  void aNetworkIsRunInTheFormatsThatItWasTrainedFor() {
    assertThat(counted(plan(List.of(4), new Dense(2, true))).formats())
        .doesNotContain(NumberFormat.INT8)
        .contains(NumberFormat.FP32);
  }

  @Test
  void factsOfALayerStackCostWhatItsPlanCosts() {
    var stack = new LayerStack(List.of(64), List.of(new Dense(32, true), new Dense(10, true)));

    assertThat(Workload.of(facts(stack)).flopPerSample()).hasValue(2.0 * (64 * 32 + 32 * 10));
  }

  @Test
  void ofTorchScriptOnlyTheWeightsAreKnown() {
    var workload = Workload.of(facts(new TorchScript("abc", List.of())));

    assertThat(workload.parameters()).isEqualTo(2410);
    assertThat(workload.flopPerSample()).isEmpty();
    assertThat(((Workload.Unknown) workload).reasons().getFirst()).contains("TorchScript");
  }

  @Test
  void aRangeIsUnknownAndNoGuessIsMade() {
    assertThat(((Workload.Unknown) surveyed("sdxl")).reasons().getFirst())
        .contains("only a range", "1.28 TFLOP", "2.4 TFLOP");
    assertThat(surveyed("gpt3-175b")).isInstanceOf(Workload.TrainingOnly.class);
  }

  @Test
  void everyOtherSurveyedModelHasItsCosts() {
    for (var cost : ModelCosts.builtIn().all()) {
      var workload = Workload.of(cost);
      assertThat(workload.parameters()).isEqualTo(cost.parameters());
      cost.weightBytes()
          .forEach(
              (format, bytes) -> assertThat(workload.weightBytes(format)).isEqualTo(bytes * 1.0));
    }
    assertThat(surveyed("resnet50").flopPerSample()).hasValue(8_178_000_000.0);
    assertThat(surveyed("resnet50").trainingFlop()).hasValue(24_534_000_000.0);
    assertThat(surveyed("llama3-8b").inputBytes()).hasValue(1176);
    assertThat(((Workload.Decoder) surveyed("llama2-70b")).tokensPerSample()).isEqualTo(294.45);
  }

  @Test
  void memoryNeedsSayWhatTheyHold() {
    var bert = surveyed("bert-large");

    assertThat(MemoryNeeds.forTraining(bert, NumberFormat.BF16, 2, 1).describe())
        .isEqualTo("5.55 GB for parameters, gradients, Adam state and activations");
    assertThat(MemoryNeeds.forTraining(bert, NumberFormat.FP32, 1, 1).total())
        .isEqualTo(340e6 * 12 + 113_098_752 / 2 * 4.0);
    assertThat(MemoryNeeds.forTraining(surveyed("llama3-8b"), NumberFormat.BF16, 2, 1).describe())
        .isEqualTo("128 GB for parameters, gradients and Adam state (activations aren't known)");
    assertThat(MemoryNeeds.forInference(bert, NumberFormat.INT8, 8).describe())
        .isEqualTo("347 MB for weights and activations");
    assertThat(MemoryNeeds.forInference(surveyed("llama2-70b"), NumberFormat.FP8, 4).describe())
        .isEqualTo("69.4 GB for weights and the cache of keys and values");
    assertThat(MemoryNeeds.forTraining(bert, NumberFormat.FP32, 0, 1).describe())
        .doesNotContain("Adam");
    assertThatThrownBy(() -> MemoryNeeds.forInference(bert, NumberFormat.INT8, 0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> MemoryNeeds.forTraining(bert, NumberFormat.FP32, 3, 1))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
