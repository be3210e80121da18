package dev.sluice.jobs.network;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schemas.wire.Activation;
import dev.sluice.schemas.wire.AvgPool2d;
import dev.sluice.schemas.wire.BatchNorm;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.Conv2d;
import dev.sluice.schemas.wire.Dense;
import dev.sluice.schemas.wire.Dropout;
import dev.sluice.schemas.wire.Flatten;
import dev.sluice.schemas.wire.Function;
import dev.sluice.schemas.wire.GlobalAvgPool;
import dev.sluice.schemas.wire.Layer;
import dev.sluice.schemas.wire.LayerNorm;
import dev.sluice.schemas.wire.LayerStack;
import dev.sluice.schemas.wire.MaxPool2d;
import dev.sluice.schemas.wire.Objective;
import dev.sluice.schemas.wire.Target;
import dev.sluice.schemas.wire.TensorSpec;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What fits is laid out as PyTorch would; what does not is explained completely. */
class NetworkShapesTest {
  private static final Activation RELU = new Activation(Function.RELU);

  private static LayerStack stack(List<Integer> input, Layer... layers) {
    return new LayerStack(input, List.of(layers));
  }

  private static NetworkPlan plan(LayerStack stack, int columns) {
    return switch (NetworkShapes.infer(stack, columns)) {
      case NetworkResult.Fits(NetworkPlan plan) -> plan;
      case NetworkResult.DoesNotFit(var causes) -> throw new AssertionError(causes.toString());
    };
  }

  private static List<Cause> causes(LayerStack stack, int columns) {
    return switch (NetworkShapes.infer(stack, columns)) {
      case NetworkResult.Fits(NetworkPlan plan) -> throw new AssertionError(plan.toString());
      case NetworkResult.DoesNotFit(List<Cause> causes) -> causes;
    };
  }

  private static Cause onlyCause(LayerStack stack, int columns) {
    List<Cause> causes = causes(stack, columns);
    assertThat(causes).hasSize(1);
    return causes.getFirst();
  }

  @Test
  void parametersComeFirstAndAreNamedAsInPyTorch() {
    NetworkPlan plan =
        plan(
            stack(
                List.of(), new Dense(8, true), new BatchNorm(0.1, 1e-5), RELU, new Dense(3, false)),
            4);

    assertThat(plan.tensors())
        .containsExactly(
            new TensorSpec("0.weight", List.of(8, 4), 0, true),
            new TensorSpec("0.bias", List.of(8), 32, true),
            new TensorSpec("1.weight", List.of(8), 40, true),
            new TensorSpec("1.bias", List.of(8), 48, true),
            new TensorSpec("3.weight", List.of(3, 8), 56, true),
            new TensorSpec("1.running_mean", List.of(8), 80, false),
            new TensorSpec("1.running_var", List.of(8), 88, false));
    assertThat(plan.input()).containsExactly(4);
    assertThat(plan.parameters()).isEqualTo(80);
    assertThat(plan.floats()).isEqualTo(96);
    assertThat(plan.outputs()).isEqualTo(3);
  }

  @Test
  void leNetHasTheShapesAndParametersOfTheTextbook() {
    NetworkPlan plan =
        plan(
            stack(
                List.of(1, 28, 28),
                new Conv2d(6, 5, 1, 2, true),
                RELU,
                new AvgPool2d(2, 0, 0),
                new Conv2d(16, 5, 1, 0, true),
                RELU,
                new AvgPool2d(2, 2, 0),
                new Flatten(),
                new Dense(120, true),
                RELU,
                new Dense(84, true),
                RELU,
                new Dense(10, true)),
            784);

    assertThat(plan.parameters()).isEqualTo(61_706);
    assertThat(plan.layers())
        .extracting(LayerShape::output)
        .startsWith(
            List.of(6, 28, 28),
            List.of(6, 28, 28),
            List.of(6, 14, 14),
            List.of(16, 10, 10),
            List.of(16, 10, 10),
            List.of(16, 5, 5),
            List.of(400));
  }

  @Test
  void poolingNormalisationAndGlobalMeanFollowPyTorchsArithmetic() {
    NetworkPlan plan =
        plan(
            stack(
                List.of(2, 7, 6),
                new MaxPool2d(3, 2, 1),
                new LayerNorm(1e-5),
                new BatchNorm(0.1, 1e-5),
                new GlobalAvgPool(),
                new Dense(1, true)),
            84);

    assertThat(plan.layers().getFirst().output()).containsExactly(2, 4, 3);
    assertThat(plan.tensors().getFirst())
        .isEqualTo(new TensorSpec("1.weight", List.of(2, 4, 3), 0, true));
    assertThat(plan.tensors().getLast())
        .isEqualTo(new TensorSpec("2.running_var", List.of(2), 24 + 24 + 4 + 3 + 2, false));
    assertThat(plan.layers().get(3).output()).containsExactly(2);
  }

  @Test
  void everyProblemIsFoundInOneRun() {
    List<Cause> causes =
        causes(
            stack(
                List.of(1, 4, 4),
                new Conv2d(0, 9, 0, -1, true),
                new Dropout(1),
                new BatchNorm(0, -1),
                new Dense(-5, true),
                new MaxPool2d(2, 0, 2)),
            15);

    assertThat(causes)
        .extracting(Cause::code)
        .startsWith(Code.INPUT_MISMATCH)
        .filteredOn(code -> code != Code.INPUT_MISMATCH)
        .containsOnly(Code.OUT_OF_RANGE);
    assertThat(causes)
        .extracting(cause -> cause.where() + ": " + cause.what())
        .containsExactly(
            "model.input: the input shape [1, 4, 4] holds 16 values",
            "model.layers[0]: channels is 0",
            "model.layers[0]: stride is 0",
            "model.layers[0]: padding is -1",
            "model.layers[1]: rate is 1.0",
            "model.layers[2]: momentum is 0.0",
            "model.layers[2]: epsilon is -1.0",
            "model.layers[3]: units is -5",
            "model.layers[4]: padding is 2 with a kernel of 2");
    assertThat(causes)
        .allSatisfy(
            cause -> {
              assertThat(cause.why()).isNotEmpty();
              assertThat(cause.mend()).isNotEmpty();
            });
  }

  @Test
  void aDenseLayerOnAnImageAsksForFlatten() {
    Cause cause = onlyCause(stack(List.of(1, 4, 4), new Dense(3, true)), 16);
    assertThat(cause.where()).isEqualTo("model.layers[0]");
    assertThat(cause.code()).isEqualTo(Code.LAYER_MISMATCH);
    assertThat(cause.mend()).contains("flatten");
  }

  @Test
  void aConvolutionOfAListAsksForAnImage() {
    Cause cause = onlyCause(stack(List.of(), new Conv2d(3, 3, 1, 0, true), new Dense(2, true)), 16);
    assertThat(cause.what()).isEqualTo("a conv2d layer is given a list of 16 values");
    assertThat(cause.mend()).contains("input: [channels, height, width]");
  }

  @Test
  void aKernelLargerThanTheImageNamesTheLargestThatFits() {
    Cause cause =
        onlyCause(
            stack(
                List.of(1, 4, 6), new Conv2d(3, 7, 1, 1, true), new Flatten(), new Dense(2, true)),
            24);
    assertThat(cause.where()).isEqualTo("model.layers[0]");
    assertThat(cause.mend()).startsWith("set kernel: 6 or less");
  }

  @Test
  void aNetworkMustEndInAListOfValues() {
    assertThat(onlyCause(stack(List.of(1, 4, 4), new Conv2d(3, 3, 1, 0, true)), 16).what())
        .isEqualTo("the network ends with an image of shape [3, 2, 2]");
    assertThat(causes(stack(List.of()), 4)).extracting(Cause::where).contains("model.layers");
  }

  @Test
  void anInputShapeOfTheWrongRankOrSizeIsNamed() {
    assertThat(onlyCause(stack(List.of(4, 4), new Dense(2, true)), 16).what())
        .isEqualTo("the input shape [4, 4] has 2 dimensions");
    assertThat(onlyCause(stack(List.of(5), new Dense(2, true)), 4).mend())
        .isEqualTo("set input: [4], or leave input out");
    assertThat(onlyCause(stack(List.of(0), new Dense(2, true)), 4).what())
        .isEqualTo("dimension is 0");
  }

  @Test
  void sizesBeyondTheBoundsAreRefusedWithoutOverflow() {
    int huge = Integer.MAX_VALUE;
    assertThat(onlyCause(stack(List.of(), new Dense(huge, true)), 4).what())
        .isEqualTo("units is " + huge);
    assertThat(
            onlyCause(stack(List.of(), new Dense(1 << 20, true), new Dense(1 << 20, true)), 4)
                .why())
        .isEqualTo("at most 268435456 are supported");
    assertThat(causes(stack(List.of(1 << 20, 1 << 20, 1 << 20), new Flatten()), 7))
        .isNotEmpty()
        .allMatch(cause -> cause.where().equals("model.input"));
    assertThat(
            causes(
                stack(
                    List.of(1, 1, 1),
                    new Conv2d(1 << 20, 1 << 20, 1, 1 << 20, true),
                    new Flatten(),
                    new Dense(1 << 20, true)),
                1))
        .isNotEmpty();
    List<Layer> many = Collections.nCopies(NetworkShapes.MAX_LAYERS + 1, RELU);
    assertThat(causes(new LayerStack(List.of(), many), 4))
        .extracting(Cause::what)
        .containsExactly("number of layers is 1001");
  }

  @Test
  void aStackIsCheckedWithoutItsDataSet() {
    assertThat(NetworkShapes.check(stack(List.of(), new Dense(2, true)))).isEmpty();
    assertThat(NetworkShapes.check(stack(List.of(1, 28, 28), new Flatten(), new Dense(2, true))))
        .isEmpty();
    assertThat(NetworkShapes.check(stack(List.of(), new Flatten(), new Dropout(2))))
        .extracting(Cause::where)
        .containsExactly("model.layers[1]");
    assertThat(NetworkShapes.check(stack(List.of(-3), new Dense(2, true))))
        .extracting(Cause::where)
        .containsExactly("model.input");
  }

  @Test
  void outputsMustMatchClassesAndTheMendSaysHow() {
    assertThat(NetworkShapes.checkOutputs(3, Objective.CROSS_ENTROPY, Target.CLASSIFICATION, 3))
        .isEmpty();
    assertThat(NetworkShapes.checkOutputs(7, Objective.CROSS_ENTROPY, Target.CLASSIFICATION, 0))
        .as("the number of classes is not known yet")
        .isEmpty();
    assertThat(mend(10, Objective.CROSS_ENTROPY, Target.CLASSIFICATION, 3))
        .isEqualTo("set units: 3 on the last layer");
    assertThat(mend(2, Objective.BINARY_CROSS_ENTROPY, Target.CLASSIFICATION, 2))
        .isEqualTo("set units: 1 on the last layer");
    assertThat(mend(1, Objective.BINARY_CROSS_ENTROPY, Target.CLASSIFICATION, 5))
        .isEqualTo("use cross entropy and set units: 5 on the last layer");
    assertThat(mend(2, Objective.HUBER, Target.REGRESSION, 0))
        .isEqualTo("set units: 1 on the last layer");
    assertThat(mend(1, Objective.CROSS_ENTROPY, Target.REGRESSION, 0))
        .contains("target to classification");
    assertThat(mend(3, Objective.MEAN_SQUARED_ERROR, Target.CLASSIFICATION, 3))
        .contains("target to regression");
    assertThat(mend(1, Objective.CROSS_ENTROPY, Target.CLASSIFICATION, 1))
        .contains("at least two different values");
  }

  private static String mend(int outputs, Objective objective, Target target, int classes) {
    List<Cause> causes = NetworkShapes.checkOutputs(outputs, objective, target, classes);
    assertThat(causes).hasSize(1);
    return causes.getFirst().mend();
  }
}
