package dev.sluice.worker.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import dev.sluice.jobs.network.NetworkPlan;
import dev.sluice.schemas.wire.Affine;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.Dense;
import dev.sluice.schemas.wire.Dropout;
import dev.sluice.schemas.wire.LayerStack;
import dev.sluice.schemas.wire.NetworkFacts;
import dev.sluice.schemas.wire.Objective;
import dev.sluice.worker.engine.EngineException;
import dev.sluice.worker.engine.InferenceSession;
import dev.sluice.worker.engine.LayerStackCase;
import dev.sluice.worker.engine.Native;
import dev.sluice.worker.engine.OnnxEngine;
import dev.sluice.worker.engine.ProgramSession;
import dev.sluice.worker.engine.TorchEngine;
import dev.sluice.worker.engine.TrainingProgram;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** An exported file answers as the trained network does. */
class OnnxModelTest {
  private static final int ROWS = 33;
  private static final Affine NONE = new Affine(List.of(), List.of());

  static Stream<LayerStackCase> networks() {
    return LayerStackCase.all().stream();
  }

  private static NetworkFacts facts(
      LayerStackCase network, Objective objective, Affine features, Affine target) {
    NetworkPlan plan = network.plan();
    return new NetworkFacts(
        network.stack(),
        plan.input(),
        plan.outputs(),
        objective,
        objective == Objective.CROSS_ENTROPY ? List.of("a", "b \"quoted\"", "ä") : List.of(),
        List.of("x", "y", "z", "w"),
        features,
        target,
        plan.tensors(),
        plan.parameters(),
        plan.floats());
  }

  private static Affine columns(int columns, double shift, double scale) {
    return new Affine(Collections.nCopies(columns, shift), Collections.nCopies(columns, scale));
  }

  private static Parity parity(NetworkFacts facts, MemorySegment rows) throws EngineException {
    try (TrainingProgram program = new TorchEngine().open(facts, null)) {
      MemorySegment flat = Native.floats(Native.shaken(program, 5));
      byte[] file = OnnxModel.write(facts, flat, "digits", "sha256:abc");
      try (InferenceSession trained = new ProgramSession(program, flat, facts);
          InferenceSession exported = new OnnxEngine().open(file)) {
        return Parity.measure(trained, exported, rows, ROWS);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("networks")
  void everyLayerAnswersAlikeInOnnxRuntime(LayerStackCase network) throws EngineException {
    NetworkFacts facts =
        facts(network, Objective.CROSS_ENTROPY, columns(network.values(), 0.5, 2), NONE);
    MemorySegment rows = Native.floats(Native.gaussian(3, ROWS * network.values()));

    Parity parity = parity(facts, rows);

    assertThat(parity.holds()).as("difference %s", parity.maxDifference()).isTrue();
  }

  @Test
  void aRegressionAnswersInTheLabelsOwnUnit() throws EngineException {
    LayerStackCase network =
        new LayerStackCase(
            "regression",
            new LayerStack(List.of(4), List.of(new Dropout(0.5), new Dense(1, false))));
    NetworkFacts facts =
        facts(
            network,
            Objective.MEAN_SQUARED_ERROR,
            new Affine(List.of(1.0, 2.0, 3.0, 4.0), List.of(1.0, 2.0, 1.0, 2.0)),
            new Affine(List.of(100.0), List.of(10.0)));
    byte[] file = OnnxModel.write(facts, Native.floats(1, 1, 1, 1), "price", "sha256:abc");
    try (InferenceSession session = new OnnxEngine().open(file)) {
      assertThat(session.inputs()).isEqualTo(4);
      assertThat(session.outputs()).isEqualTo(1);
      MemorySegment scores = Native.floats(2L);
      session.predict(Native.floats(2, 4, 4, 6, 1, 2, 3, 4), 2, scores);
      assertThat(Native.array(scores)[0]).isCloseTo(100 + 10 * (1 + 1 + 1 + 1), within(1e-4f));
      assertThat(Native.array(scores)[1]).isCloseTo(100, within(1e-4f));
    }
    assertThat(parity(facts, Native.floats(Native.gaussian(1, ROWS * 4))).holds()).isTrue();
  }

  @Test
  void parityNoticesAWrongWeightAndANumberThatIsNotFinite() throws EngineException {
    LayerStackCase network =
        new LayerStackCase("linear", new LayerStack(List.of(2), List.of(new Dense(1, false))));
    NetworkFacts facts = facts(network, Objective.MEAN_SQUARED_ERROR, NONE, NONE);
    MemorySegment rows = Native.floats(1, 1, 2, 2);
    OnnxEngine engine = new OnnxEngine();
    try (InferenceSession one =
            engine.open(OnnxModel.write(facts, Native.floats(1, 1), "m", "sha256:1"));
        InferenceSession other =
            engine.open(OnnxModel.write(facts, Native.floats(1, 1.001f), "m", "sha256:2"));
        InferenceSession broken =
            engine.open(OnnxModel.write(facts, Native.floats(1, Float.NaN), "m", "sha256:3"))) {
      assertThat(Parity.measure(one, one, rows, 2)).isEqualTo(new Parity(0, 2));
      assertThat(Parity.measure(one, other, rows, 2).maxDifference())
          .isCloseTo(0.0005, within(1e-5));
      assertThat(Parity.measure(one, other, rows, 2).holds()).isFalse();
      assertThat(Parity.measure(one, broken, rows, 2).holds()).isFalse();
      MemorySegment oneTooLarge = Native.floats(1, 1, Float.MAX_VALUE, Float.MAX_VALUE);
      assertThat(Parity.measure(one, one, oneTooLarge, 2)).isEqualTo(new Parity(0, 1));
      assertThat(Parity.measure(broken, one, rows, 2).rows()).isZero();
    }
  }

  @Test
  void theFileSaysWhatItIs() throws Exception {
    LayerStackCase network = LayerStackCase.all().getFirst();
    NetworkFacts facts = facts(network, Objective.CROSS_ENTROPY, NONE, NONE);
    MemorySegment flat = Native.floats(facts.floats());
    byte[] file = OnnxModel.write(facts, flat, "digits", "sha256:abc");

    ModelProto model = ModelProto.parseFrom(file);
    assertThat(model.getOpsetImport(0).getVersion()).isEqualTo(OnnxModel.OPSET);
    assertThat(
            model.getMetadataPropsList().stream()
                .collect(
                    Collectors.toMap(
                        StringStringEntryProto::getKey, StringStringEntryProto::getValue)))
        .containsEntry("name", "digits")
        .containsEntry("sha256", "sha256:abc")
        .containsEntry("objective", "CROSS_ENTROPY")
        .containsEntry("classes", "[\"a\",\"b \\\"quoted\\\"\",\"ä\"]")
        .containsEntry("features", "[\"x\",\"y\",\"z\",\"w\"]");
    assertThat(OnnxModel.write(facts, flat, "digits", "sha256:abc"))
        .as("the same model gives the same bytes")
        .isEqualTo(file);
  }

  @Test
  void whatIsNoOnnxIsBadInput() {
    byte[] text = "import onnx".getBytes(StandardCharsets.UTF_8);
    assertThatThrownBy(() -> new OnnxEngine().open(text))
        .isInstanceOfSatisfying(
            EngineException.class,
            refused -> assertThat(refused.reason().code()).isEqualTo(Code.MODEL_UNUSABLE));
  }
}
