package dev.sluice.worker.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtSession;
import dev.sluice.jobs.network.NetworkPlan;
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
import dev.sluice.schemas.wire.NetworkFacts;
import dev.sluice.schemas.wire.Objective;
import dev.sluice.worker.engine.EngineException;
import dev.sluice.worker.engine.InferenceSession;
import dev.sluice.worker.engine.LayerStackCase;
import dev.sluice.worker.engine.Native;
import dev.sluice.worker.engine.OnnxEngine;
import dev.sluice.worker.engine.TorchEngine;
import dev.sluice.worker.engine.TrainingProgram;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A network in whole numbers answers nearly as it does in floats. */
class Int8ModelTest {
  private static final int ROWS = 64;
  private static final Affine NONE = new Affine(List.of(), List.of());
  private static final OnnxEngine ENGINE = new OnnxEngine();

  /**
   * Largest error as a part of the range of the float scores. A product of 8-bit values is off by
   * up to 1/510 of either range, and most errors cancel. Measured on these networks: at most 0.9%,
   * and 2.0% behind a layer norm of five values, which may magnify what it is given.
   */
  private static final double TOLERANCE = 0.03;

  static Stream<LayerStackCase> networks() {
    return Stream.concat(
        LayerStackCase.all().stream(),
        Stream.of(
            new LayerStackCase(
                "a whole convolutional network",
                new LayerStack(
                    List.of(1, 8, 8),
                    List.of(
                        new Conv2d(8, 3, 1, 1, true),
                        new Dropout(0.1),
                        new BatchNorm(0.1, 1e-5),
                        new Activation(Function.RELU),
                        new MaxPool2d(2, 0, 0),
                        new Conv2d(8, 3, 1, 1, false),
                        new Activation(Function.RELU),
                        new Flatten(),
                        new Dense(16, true),
                        new Activation(Function.RELU),
                        new Dense(3, true))))));
  }

  private static Affine columns(int columns, double shift, double scale) {
    return new Affine(Collections.nCopies(columns, shift), Collections.nCopies(columns, scale));
  }

  private static NetworkFacts facts(
      LayerStackCase network, Objective objective, Affine features, Affine target) {
    NetworkPlan plan = network.plan();
    return new NetworkFacts(
        network.stack(),
        plan.input(),
        plan.outputs(),
        objective,
        List.of(),
        List.of(),
        features,
        target,
        plan.tensors(),
        plan.parameters(),
        plan.floats());
  }

  /** Both files of a network whose ranges come from some rows. */
  @SuppressWarnings("ArrayRecordComponent") // made for one test, never compared
  private record Pair(byte[] floats, byte[] int8) {
    static Pair of(NetworkFacts facts, MemorySegment rows) throws EngineException {
      try (TrainingProgram program = new TorchEngine().open(facts, null)) {
        MemorySegment flat = Native.floats(Native.shaken(program, 5));
        Int8Model model = new Int8Model(facts, flat);
        return new Pair(
            OnnxModel.write(facts, flat, "m", "sha256:abc"),
            model.write(observed(model, rows), "m", "sha256:abc", "m@1"));
      }
    }
  }

  private static ValueRanges observed(Int8Model model, MemorySegment rows) throws EngineException {
    ValueRanges ranges = new ValueRanges(model.ranges());
    try (InferenceSession observer = ENGINE.open(model.observer())) {
      MemorySegment answers = Native.floats((long) ROWS * observer.outputs());
      observer.predict(rows, ROWS, answers);
      ranges.take(answers, ROWS);
    }
    return ranges;
  }

  private static float[] scores(byte[] file, MemorySegment rows) throws EngineException {
    try (InferenceSession session = ENGINE.open(file)) {
      MemorySegment scores = Native.floats((long) ROWS * session.outputs());
      session.predict(rows, ROWS, scores);
      return Native.array(scores);
    }
  }

  /** Largest difference as a part of the range of expected values. */
  private static double error(float[] expected, float[] actual) {
    double least = Double.POSITIVE_INFINITY;
    double greatest = Double.NEGATIVE_INFINITY;
    double worst = 0;
    for (int i = 0; i < expected.length; i++) {
      least = Math.min(least, expected[i]);
      greatest = Math.max(greatest, expected[i]);
      worst = Math.max(worst, Math.abs(expected[i] - (double) actual[i]));
    }
    return worst / (greatest - least);
  }

  @ParameterizedTest
  @MethodSource("networks")
  void everyLayerAnswersNearlyAlike(LayerStackCase network) throws Exception {
    NetworkFacts facts =
        facts(network, Objective.CROSS_ENTROPY, columns(network.values(), 0.5, 2), NONE);
    MemorySegment rows = Native.floats(Native.gaussian(3, ROWS * network.values()));

    Pair pair = Pair.of(facts, rows);

    float[] expected = scores(pair.floats(), rows);
    float[] actual = scores(pair.int8(), rows);
    assertThat(error(expected, actual)).isLessThan(TOLERANCE);
    assertThat(actual).as("it does compute in whole numbers").isNotEqualTo(expected);
  }

  @ParameterizedTest
  @MethodSource("networks")
  void weightsAreStoredInEightBitsAndBiasesInThirtyTwo(LayerStackCase network) throws Exception {
    NetworkFacts facts = facts(network, Objective.CROSS_ENTROPY, NONE, NONE);
    MemorySegment rows = Native.floats(Native.gaussian(3, ROWS * network.values()));

    ModelProto file = ModelProto.parseFrom(Pair.of(facts, rows).int8());

    for (NodeProto product : file.getGraph().getNodeList()) {
      if (product.getOpType().equals("Gemm") || product.getOpType().equals("Conv")) {
        List<Integer> types =
            product.getInputList().stream().skip(1).map(input -> storedAs(file, input)).toList();
        assertThat(types.getFirst()).isEqualTo(TensorProto.DataType.INT8_VALUE);
        assertThat(types.subList(1, types.size()))
            .allMatch(type -> type == TensorProto.DataType.INT32_VALUE);
        assertThat(producer(file, product.getInput(0)).getOpType()).isEqualTo("DequantizeLinear");
      }
    }
    assertThat(file.getGraph().getInitializerList())
        .filteredOn(tensor -> tensor.getDataType() == TensorProto.DataType.INT8_VALUE)
        .anySatisfy(weight -> assertThat(weight.getRawData().toByteArray()).contains(127));
  }

  private static NodeProto producer(ModelProto file, String tensor) {
    return file.getGraph().getNodeList().stream()
        .filter(node -> node.getOutput(0).equals(tensor))
        .findFirst()
        .orElseThrow();
  }

  /** Type of the stored tensor of which a node dequantises. */
  private static int storedAs(ModelProto file, String dequantised) {
    String stored = producer(file, dequantised).getInput(0);
    return file.getGraph().getInitializerList().stream()
        .filter(tensor -> tensor.getName().equals(stored))
        .mapToInt(TensorProto::getDataType)
        .findFirst()
        .orElseThrow();
  }

  private static List<String> operators(ModelProto file) {
    return file.getGraph().getNodeList().stream().map(NodeProto::getOpType).toList();
  }

  @Test
  void theEngineComputesDenseLayersConvolutionsAndPoolsInWholeNumbers(@TempDir Path folder)
      throws Exception {
    LayerStackCase network = networks().toList().getLast();
    NetworkFacts facts = facts(network, Objective.CROSS_ENTROPY, NONE, NONE);
    MemorySegment rows = Native.floats(Native.gaussian(3, ROWS * network.values()));
    byte[] file = Pair.of(facts, rows).int8();

    assertThat(operators(ModelProto.parseFrom(file))).doesNotContain("BatchNormalization");
    List<String> optimised = operators(optimised(file, folder.resolve("optimised.onnx")));
    assertThat(optimised).filteredOn("QLinearConv"::equals).hasSize(2);
    assertThat(optimised).filteredOn("QGemm"::equals).hasSize(2);
    assertThat(optimised).doesNotContain("Conv", "Gemm", "Relu", "BatchNormalization");
    assertThat(optimised).filteredOn("QuantizeLinear"::equals).hasSize(1);
  }

  private static ModelProto optimised(byte[] file, Path into) throws Exception {
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.EXTENDED_OPT);
      options.setOptimizedModelFilePath(into.toString());
      OrtEnvironment.getEnvironment().createSession(file, options).close();
    }
    return ModelProto.parseFrom(Files.readAllBytes(into));
  }

  @Test
  void aRegressionAnswersInTheLabelsOwnUnit() throws Exception {
    LayerStackCase network =
        new LayerStackCase(
            "regression",
            new LayerStack(
                List.of(4),
                List.of(new Dense(8, true), new Activation(Function.RELU), new Dense(1, true))));
    NetworkFacts facts =
        facts(
            network,
            Objective.MEAN_SQUARED_ERROR,
            columns(4, 1, 2),
            new Affine(List.of(1e6), List.of(10.0)));
    MemorySegment rows = Native.floats(Native.gaussian(3, ROWS * 4));

    Pair pair = Pair.of(facts, rows);

    float[] actual = scores(pair.int8(), rows);
    assertThat(actual[0]).isCloseTo(1e6f, within(1000f));
    assertThat(error(scores(pair.floats(), rows), actual)).isLessThan(TOLERANCE);
  }

  @Test
  void theFileSaysWhatItIsMadeOf() throws Exception {
    LayerStackCase network = LayerStackCase.all().getFirst();
    NetworkFacts facts = facts(network, Objective.CROSS_ENTROPY, NONE, NONE);
    MemorySegment rows = Native.floats(Native.gaussian(3, ROWS * network.values()));
    byte[] file = Pair.of(facts, rows).int8();

    assertThat(ModelProto.parseFrom(file).getMetadataPropsList())
        .extracting(StringStringEntryProto::getKey, StringStringEntryProto::getValue)
        .contains(tuple("format", "int8"), tuple("parent", "m@1"), tuple("sha256", "sha256:abc"));
    assertThat(Pair.of(facts, rows).int8())
        .as("the same model and rows give the same bytes")
        .isEqualTo(file);
  }

  @Test
  void aNetworkWithoutProductsHasNothingToQuantise() {
    LayerStackCase network =
        new LayerStackCase(
            "no products", new LayerStack(List.of(3), List.of(new Activation(Function.SIGMOID))));
    NetworkFacts facts = facts(network, Objective.CROSS_ENTROPY, NONE, NONE);

    assertThat(new Int8Model(facts, Native.floats(1L)).ranges()).isZero();
  }
}
