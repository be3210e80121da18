package dev.sluice.schemas.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.sluice.schemas.accelerator.NumberFormat;
import dev.sluice.schemas.wire.Activation;
import dev.sluice.schemas.wire.Affine;
import dev.sluice.schemas.wire.BatchNorm;
import dev.sluice.schemas.wire.Conv2d;
import dev.sluice.schemas.wire.Dense;
import dev.sluice.schemas.wire.Dropout;
import dev.sluice.schemas.wire.Flatten;
import dev.sluice.schemas.wire.Function;
import dev.sluice.schemas.wire.LayerStack;
import dev.sluice.schemas.wire.MaxPool2d;
import dev.sluice.schemas.wire.Network;
import dev.sluice.schemas.wire.NetworkFacts;
import dev.sluice.schemas.wire.Objective;
import dev.sluice.schemas.wire.TorchScript;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What models ask of a device, counted by hand. */
class CostWorkloadTest {

  private static final Activation RELU = new Activation(Function.RELU);

  private static final LayerStack PERCEPTRON =
      new LayerStack(List.of(), List.of(new Dense(32, true), RELU, new Dense(10, true)));

  private static final LayerStack CONVOLUTIONS =
      new LayerStack(
          List.of(1, 8, 8),
          List.of(
              new Conv2d(4, 3, 1, 1, true),
              new BatchNorm(0.1, 1e-5),
              RELU,
              new MaxPool2d(2, 0, 0),
              new Flatten(),
              new Dropout(0.5),
              new Dense(10, false)));

  private static Workload of(Network network, Integer... input) {
    return Workload.of(
        new NetworkFacts(
            network,
            List.of(input),
            10,
            Objective.CROSS_ENTROPY,
            List.of(),
            List.of(),
            new Affine(List.of(), List.of()),
            new Affine(List.of(), List.of()),
            List.of(),
            0,
            0));
  }

  private static Workload.Network network(Network network, Integer... input) {
    return (Workload.Network) of(network, input);
  }

  private static Workload model(String id) {
    return Workload.of(ModelCosts.builtIn().find(id).orElseThrow());
  }

  @Test
  void aPerceptronIsTheSumOfItsMatrixProducts() {
    var network = network(PERCEPTRON, 64);

    assertThat(network.kind()).isEqualTo(Workload.Kind.DENSE);
    assertThat(network.flops()).isEqualTo(2 * (64 * 32 + 32 * 10));
    assertThat(network.trainingFlops()).isEqualTo(6 * (64 * 32 + 32 * 10));
    assertThat(network.parameters()).isEqualTo(64 * 32 + 32 + 32 * 10 + 10);
    assertThat(network.activations()).isEqualTo(64 + 32 + 32 + 10);
    assertThat(network.largestLayer()).isEqualTo(64 + 32);
    assertThat(network.layers()).isEqualTo(2);
    assertThat(network.inputBytes()).isEqualTo(64 * 4);
    assertThat(network.efficiency()).isEqualTo(0.634);
    assertThat(network.serialSeconds()).isEqualTo(2 * 6.5e-6);
    assertThat(network.calibrated()).isFalse();
  }

  @Test
  void aConvolutionCountsItsKernelAtEveryPixelOfItsOutput() {
    var network = network(CONVOLUTIONS, 1, 8, 8);

    assertThat(network.kind()).isEqualTo(Workload.Kind.CNN);
    assertThat(network.flops()).isEqualTo(2 * (4 * 8 * 8 * 9 + 64 * 10));
    assertThat(network.parameters()).isEqualTo(4 * 9 + 4 + 4 + 4 + 64 * 10);
    // convolution, pool and dense layer; the others are fused or move nothing
    assertThat(network.activations()).isEqualTo((64 + 256) + (256 + 64) + (64 + 10));
    assertThat(network.largestLayer()).isEqualTo(256 + 256);
    assertThat(network.layers()).isEqualTo(3);
    assertThat(network.efficiency()).isCloseTo(Math.sqrt(0.6581 * 0.7162), within(1e-12));
  }

  @Test
  void aNetworkWithoutArithmeticStillMovesItsInput() {
    var network = network(new LayerStack(List.of(), List.of(RELU)), 5);

    assertThat(network.flops()).isZero();
    assertThat(network.activations()).isEqualTo(10);
    assertThat(network.layers()).isOne();
  }

  @Test
  void torchScriptIsUnknown() {
    var unknown = (Workload.Unknown) of(new TorchScript("digest", List.of(4)), 4);

    assertThat(unknown.reason()).contains("TorchScript");
  }

  @Test
  void layersThatDoNotFitAreUnknownWithTheReason() {
    var unknown = (Workload.Unknown) of(CONVOLUTIONS, 3);

    assertThat(unknown.reason()).contains("[3]").contains("64 values");
  }

  @ParameterizedTest
  @ValueSource(strings = {"3d-unet-kits", "sdxl"})
  void rangesAreUnknown(String id) {
    var unknown = (Workload.Unknown) model(id);

    assertThat(unknown.reason()).contains(id).contains("range");
  }

  @Test
  void everyOtherModelIsKnown() {
    for (var model : ModelCosts.builtIn().all()) {
      var workload = Workload.of(model);
      assertThat(workload.name()).isEqualTo(model.id());
      if (workload instanceof Workload.Known known) {
        assertThat(known.parameters()).isEqualTo((double) model.parameters());
        assertThat(known.trainingFlops()).isPositive();
        // predictions take the bytes of weights from their number
        model
            .weightBytes()
            .forEach(
                (format, bytes) ->
                    assertThat(known.parameters() * Device.bytes(format))
                        .isEqualTo((double) bytes));
      }
    }
    assertThat(model("gpt3-175b")).isInstanceOf(Workload.TrainingOnly.class);
  }

  @Test
  void trainingKeepsWeightsGradientsOptimizerAndActivations() {
    var network = network(PERCEPTRON, 64);

    assertThat(MemoryNeeds.trainingBytes(network, NumberFormat.FP32, 2, 100))
        .isEqualTo(4 * (2410 * 4 + 138 * 100));
    assertThat(MemoryNeeds.trainingBytes(network, NumberFormat.FP32, 0, 0)).isEqualTo(4 * 2410 * 2);
    assertThat(MemoryNeeds.trainingBytes(known("gpt3-175b"), NumberFormat.BF16, 2, 1))
        .isEqualTo(2 * 175e9 * 4);
  }

  @Test
  void inferenceKeepsWeightsAndTheLargestLayerOrTheCache() {
    assertThat(MemoryNeeds.inferenceBytes(network(PERCEPTRON, 64), NumberFormat.FP32, 100))
        .isEqualTo(4 * (2410 + 2 * 96 * 100));
    assertThat(MemoryNeeds.inferenceBytes(known("llama3-8b"), NumberFormat.FP16, 2))
        .isCloseTo(16_060_522_496.0 + 2 * 131_072 * (294 + 294.45), within(1.0));
    assertThatThrownBy(() -> MemoryNeeds.inferenceBytes(known("resnet50"), NumberFormat.FP16, -1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static Workload.Known known(String id) {
    return (Workload.Known) model(id);
  }
}
