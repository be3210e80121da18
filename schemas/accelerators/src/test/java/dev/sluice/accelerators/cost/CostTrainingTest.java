package dev.sluice.accelerators.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sluice.accelerators.catalogue.AcceleratorModel;
import dev.sluice.accelerators.catalogue.CatalogueFiles;
import dev.sluice.accelerators.catalogue.NumberFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What a step of training takes, and what no device or number format can train. */
class CostTrainingTest {

  private static AcceleratorModel device(String id) {
    return CatalogueFiles.builtIn().find(id).orElseThrow();
  }

  private static Workload model(String id) {
    return Workload.of(ModelCosts.builtIn().find(id).orElseThrow());
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
  void whereNobodySaysHowManyDevicesAreJoinedANodeIsAndANetworkBeyond() {
    // 448 GB/s one way of an MI325X, and beyond a node eight ports of 400 Gbit/s together.
    var eight = mi325x(8);
    var sixteen = mi325x(16);
    assertThat(sixteen.allReduceSeconds() / eight.allReduceSeconds())
        .isCloseTo(448.0 / 400 * (15.0 / 16) / (7.0 / 8), within(1e-9));
    assertThat(sixteen.notes())
        .anySatisfy(note -> assertThat(note).contains("8, a node, are taken to be"));
    assertThat(eight.notes()).noneMatch(note -> note.contains("a node"));
  }

  private static TrainingPrediction.Predicted mi325x(int count) {
    return (TrainingPrediction.Predicted)
        TrainingCost.predict(device("amd-mi325x"), model("bert-large"), Optional.empty(), 8, count);
  }

  private static TrainingPrediction train(
      String device, String id, NumberFormat format, long batch) {
    return TrainingCost.predict(device(device), model(id), Optional.of(format), batch, 1);
  }

  @Test
  void activationsThatDoNotFitAreNoTraining() {
    // 28,404,712 / 2 values a sample, kept in 2 bytes: 80 GB at 2,817 samples.
    assertThat(train("nvidia-h100-sxm", "resnet50", NumberFormat.BF16, 2500))
        .isInstanceOf(TrainingPrediction.Predicted.class);
    assertThat(train("nvidia-h100-sxm", "resnet50", NumberFormat.BF16, 2600))
        .isInstanceOfSatisfying(
            TrainingPrediction.Impossible.class,
            impossible ->
                assertThat(impossible.reasons().getFirst())
                    .contains("73.9 GB for activations of 2600 samples in bf16")
                    .contains("nvidia-h100-sxm leaves 72 GB", "fewer samples"));
    // State alone fits, and so do the activations, but not both.
    assertThat(
            TrainingCost.predict(
                device("nvidia-t4"), model("bert-large"), Optional.of(NumberFormat.FP16), 100, 1))
        .isInstanceOfSatisfying(
            TrainingPrediction.Impossible.class,
            impossible -> assertThat(impossible.reasons().getFirst()).contains("Take at least 2"));
    assertThat(
            TrainingCost.predict(
                device("nvidia-t4"), model("bert-large"), Optional.of(NumberFormat.FP16), 100, 2))
        .isInstanceOfSatisfying(
            TrainingPrediction.Predicted.class, step -> assertThat(step.sharded()).isTrue());
  }

  @Test
  void onlyFormatsThatNetworksTrainInArePredictedAndProposed() {
    assertThat(train("nvidia-b200-sxm", "resnet50", NumberFormat.FP4, 8))
        .isEqualTo(
            new TrainingPrediction.Impossible(
                List.of(
                    "Gradients don't fit into the 4 bits of fp4. Take one of fp32, tf32, fp16,"
                        + " bf16, fp8.")));
    assertThat(train("nvidia-a100-sxm-80gb", "resnet50", NumberFormat.FP64, 8))
        .isInstanceOf(TrainingPrediction.Unknown.class);
    assertThat(train("nvidia-t4", "resnet50", NumberFormat.BF16, 8))
        .isEqualTo(
            new TrainingPrediction.Impossible(
                List.of("nvidia-t4 doesn't take bf16. Take one of fp32, fp16.")));
    assertThat(train("nvidia-h100-sxm", "resnet50", NumberFormat.FP8, 8))
        .isInstanceOfSatisfying(
            TrainingPrediction.Predicted.class,
            step ->
                assertThat(step.notes())
                    .anySatisfy(note -> assertThat(note).contains("run in fp8")));
  }

  @Test
  void memoryThatIsNotPublishedIsSaidToBeNoBound() {
    assertThat(train("cpu-xeon-8480+", "resnet50", NumberFormat.BF16, 8))
        .isInstanceOfSatisfying(
            TrainingPrediction.Predicted.class,
            step ->
                assertThat(step.notes())
                    .contains("The size of the memory isn't published, so it is no bound here."));
  }
}
