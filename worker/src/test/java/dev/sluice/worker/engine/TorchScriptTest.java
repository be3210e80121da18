package dev.sluice.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.sluice.schemas.wire.Affine;
import dev.sluice.schemas.wire.Dense;
import dev.sluice.schemas.wire.Fault;
import dev.sluice.schemas.wire.LayerStack;
import dev.sluice.schemas.wire.NetworkFacts;
import dev.sluice.schemas.wire.Objective;
import dev.sluice.schemas.wire.TensorSpec;
import dev.sluice.schemas.wire.TorchScript;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.BoolType;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.JitModule;
import org.bytedeco.pytorch.QualifiedName;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.Type;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TorchScript files load, train and answer like any other network. */
class TorchScriptTest {
  private static final TorchScript NETWORK = new TorchScript("sha256:", List.of());
  private static final List<Integer> THREE = List.of(3);
  private static final Affine NONE = new Affine(List.of(), List.of());
  private static final String DENSE =
      """
      def forward(self, x):
          return torch.matmul(x, self.weight.t()) + self.bias
      """;

  /** Like a batch norm without weights: own statistics in training, running ones otherwise. */
  private static final String CENTRED =
      """
      def forward(self, x):
          mean = self.centre
          if self.training:
              mean = x.mean(0)
              self.centre.mul_(0.5).add_(mean, alpha=0.5)
          return torch.matmul(x - mean, self.weight.t()) + self.bias
      """;

  @TempDir private Path directory;
  private final TrainingEngine engine = new TorchEngine();

  private interface Definition {
    void of(JitModule module);
  }

  /** What torch.jit.save(torch.jit.script(module), path) writes. */
  private byte[] script(String forward, Definition definition) throws IOException {
    Path path = directory.resolve("module.pt");
    try (PointerScope _ = new PointerScope()) {
      JitModule module = new JitModule(new QualifiedName("__torch__.Net"));
      module.register_attribute(
          "training", new Type.TypePtr(BoolType.get().get()), new IValue(true));
      definition.of(module);
      module.define(forward);
      module.save(path.toString());
    }
    return Files.readAllBytes(path);
  }

  private byte[] dense() throws IOException {
    return script(DENSE, TorchScriptTest::denseParameters);
  }

  private static void denseParameters(JitModule module) {
    parameter(module, "weight", torch.linspace(new Scalar(-1.0), new Scalar(1.0), 6).view(2, 3));
    parameter(module, "bias", torch.ones(2));
  }

  private static void parameter(JitModule module, String name, Tensor value) {
    module.register_parameter(name, value.detach().set_requires_grad(true), false);
  }

  private TrainingProgram open(byte[] file, List<Integer> input) throws EngineException {
    return engine.open(NETWORK, input, TrainingLoss.of(Objective.CROSS_ENTROPY), file);
  }

  @Test
  void aFileComputesWhatTheSameLayersCompute() throws Exception {
    LayerStack stack = new LayerStack(List.of(), List.of(new Dense(2, true)));
    try (TrainingProgram script = open(dense(), THREE);
        TrainingProgram layers =
            engine.open(stack, THREE, TrainingLoss.of(Objective.CROSS_ENTROPY), null)) {
      assertThat(script.tensors())
          .containsExactly(
              new TensorSpec("weight", List.of(2, 3), 0, true),
              new TensorSpec("bias", List.of(2), 6, true));
      assertThat(script.outputs()).isEqualTo(2);
      MemorySegment flat = Native.floats(script.floats());
      script.initialise(0, flat);
      assertThat(Native.array(flat)).startsWith(-1).endsWith(1, 1, 1);

      MemorySegment features = Native.floats(Native.gaussian(1, 12));
      MemorySegment labels = Native.longs(0, 1, 1, 0);
      MemorySegment one = Native.floats(8L);
      MemorySegment other = Native.floats(8L);
      GradientSum sum = script.gradient(flat, features, labels, 4, 0, one);
      assertThat(sum.lossSum())
          .isCloseTo(layers.gradient(flat, features, labels, 4, 0, other).lossSum(), within(1e-5));
      for (int i = 0; i < 8; i++) {
        assertThat(one.getAtIndex(ValueLayout.JAVA_FLOAT, i))
            .isCloseTo(other.getAtIndex(ValueLayout.JAVA_FLOAT, i), within(1e-5f));
      }
      script.predict(flat, features, 4, one);
      layers.predict(flat, features, 4, other);
      assertThat(Native.array(one)).isEqualTo(Native.array(other));
    }
  }

  @Test
  void everyRunOfAStepGivesTheSameBits() throws Exception {
    try (TrainingProgram program = open(dense(), THREE)) {
      MemorySegment flat = Native.floats(program.floats());
      program.initialise(0, flat);
      MemorySegment out = Native.floats(program.floats());
      float[] first = step(program, flat, out);
      for (int run = 0; run < 30; run++) {
        assertThat(step(program, flat, out)).as("run %d", run).isEqualTo(first);
      }
    }
  }

  private static float[] step(TrainingProgram program, MemorySegment flat, MemorySegment out)
      throws EngineException {
    MemorySegment features = Native.floats(Native.gaussian(1, 12));
    program.gradient(flat, features, Native.longs(0, 1, 1, 0), 4, 0, out);
    return Native.array(out);
  }

  @Test
  void buffersAreStateThatTrainingMovesAndInferenceReads() throws Exception {
    byte[] file =
        script(
            CENTRED,
            module -> {
              denseParameters(module);
              module.register_buffer("centre", torch.ones(3));
            });
    try (TrainingProgram program = open(file, THREE)) {
      assertThat(program.tensors().getLast())
          .isEqualTo(new TensorSpec("centre", List.of(3), 8, false));
      assertThat(program.parameters()).isEqualTo(8);
      MemorySegment flat = Native.floats(program.floats());
      program.initialise(0, flat);
      MemorySegment out = Native.floats(program.floats());
      float[] before = Native.array(flat);

      program.gradient(flat, Native.floats(1, 2, 3, 3, 4, 5), Native.longs(0, 1), 2, 0, out);
      assertThat(Native.array(out)).as("2 * (1 + mean) / 2").endsWith(3, 4, 5);
      program.gradient(flat, Native.floats(1, 2, 3, 3, 4, 5), Native.longs(0, 1), 2, 0, out);
      assertThat(Native.array(out)).as("a step depends on its arguments alone").endsWith(3, 4, 5);
      assertThat(Native.array(flat)).isEqualTo(before);

      program.gradient(flat, Native.floats(7, 7, 7), Native.longs(0L), 1, 0, out);
      assertThat(Native.array(out)).as("one sample has no statistics").endsWith(1, 1, 1);
      MemorySegment scores = Native.floats(2L);
      program.predict(flat, Native.floats(1, 1, 1), 1, scores);
      assertThat(Native.array(scores)).as("x - centre is 0").containsExactly(1, 1);
    }
  }

  @Test
  void aReplacedBufferIsStateToo() throws Exception {
    byte[] file =
        script(
            """
            def forward(self, x):
                if self.training:
                    self.centre = self.centre * 0.5 + x.mean(0) * 0.5
                return torch.matmul(x, self.weight.t()) + self.bias
            """,
            module -> {
              denseParameters(module);
              module.register_buffer("centre", torch.ones(3));
            });
    try (TrainingProgram program = open(file, THREE)) {
      MemorySegment flat = Native.floats(program.floats());
      program.initialise(0, flat);
      MemorySegment out = Native.floats(program.floats());
      for (int run = 0; run < 3; run++) {
        program.gradient(flat, Native.floats(1, 2, 3, 3, 4, 5), Native.longs(0, 1), 2, 0, out);
        assertThat(Native.array(out)).endsWith(3, 4, 5);
      }
    }
  }

  private static NetworkFacts facts(TrainingProgram program, Affine features, Affine target) {
    return new NetworkFacts(
        NETWORK,
        THREE,
        program.outputs(),
        Objective.MEAN_SQUARED_ERROR,
        List.of(),
        List.of(),
        features,
        target,
        program.tensors(),
        program.parameters(),
        program.floats());
  }

  private byte[] trained(byte[] file, float... values) throws EngineException {
    try (TrainingProgram program = open(file, THREE)) {
      return engine.withValues(facts(program, NONE, NONE), file, Native.floats(values), "{}");
    }
  }

  private float[] held(byte[] file) throws EngineException {
    try (TrainingProgram program = open(file, THREE)) {
      MemorySegment flat = Native.floats(program.floats());
      program.initialise(0, flat);
      return Native.array(flat);
    }
  }

  @Test
  void aTrainedFileHoldsTheTrainedValuesAndIsTheSameBytesEachTime() throws Exception {
    byte[] file = dense();
    byte[] trained = trained(file, 1, 2, 3, 4, 5, 6, 7, 8);
    assertThat(held(trained)).containsExactly(1, 2, 3, 4, 5, 6, 7, 8);
    assertThat(trained(file, 1, 2, 3, 4, 5, 6, 7, 8)).isEqualTo(trained);
    assertThat(trained(trained, 1, 2, 3, 4, 5, 6, 7, 9)).isNotEqualTo(trained);
    assertThat(new String(trained, StandardCharsets.ISO_8859_1)).contains("extra/sluice.json");
  }

  @Test
  void aTrainedFileHoldsTrainedBuffersSharedAndStridedTensorsToo() throws Exception {
    byte[] file =
        script(
            """
            def forward(self, x):
                y = torch.matmul(x, self.strided) + self.scalar
                return torch.matmul(torch.matmul(y, self.tied), self.again) + self.mean
            """,
            module -> {
              parameter(module, "strided", torch.ones(2, 3).t());
              parameter(module, "scalar", torch.ones(1).view(new long[0]));
              Tensor tied = torch.ones(2, 2).set_requires_grad(true);
              module.register_parameter("tied", tied, false);
              module.register_parameter("again", tied, false);
              module.register_buffer("mean", torch.zeros(2));
            });
    float[] values = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13};
    assertThat(held(trained(file, values))).containsExactly(values);
  }

  @Test
  void aTrainedFileTakesRowsAsTheyStandToo() throws Exception {
    byte[] file =
        script(
            "def forward(self, x):\n    x.mul_(2)\n    return torch.matmul(x, self.weight)\n",
            module -> parameter(module, "weight", torch.ones(3)));
    Affine scale = new Affine(List.of(1.0, 2.0, 3.0), List.of(0.1, 10.0, 3.0));
    Affine target = new Affine(List.of(100.0), List.of(7.0));
    float[] rows = Native.gaussian(3, 12);
    try (TrainingProgram program = open(file, THREE)) {
      NetworkFacts facts = facts(program, scale, target);
      MemorySegment flat = Native.floats(1, -2, 3);
      MemorySegment expected = Native.floats(4L);
      new ProgramSession(program, flat, facts).predict(Native.floats(rows), 4, expected);

      byte[] once = engine.withValues(facts(program, NONE, NONE), file, flat, "{}");
      byte[] again = engine.withValues(facts, once, flat, "{}");
      assertThat(predicted(again, rows)).isEqualTo(Native.array(expected));
      assertThat(predicted(engine.withValues(facts, file, flat, "{}"), rows))
          .isEqualTo(Native.array(expected));
    }
  }

  private float[] predicted(byte[] file, float[] rows) throws IOException {
    Path path = Files.write(directory.resolve("trained.pt"), file);
    try (PointerScope _ = new PointerScope()) {
      JitModule module = torch.load(path.toString(), new DeviceOptional(new Device("cpu")), false);
      MemorySegment values = Native.floats(rows);
      Tensor scores =
          module
              .get_method(RawPrediction.NAME)
              .apply(new IValueVector(new IValue(Blob.floats(values, rows.length / 3, 3))))
              .toTensor();
      assertThat(Native.array(values)).as("rows stay as they are").isEqualTo(rows);
      MemorySegment out = Native.floats(scores.numel());
      Blob.floats(out, scores.numel()).copy_(scores.detach().flatten());
      return Native.array(out);
    }
  }

  @Test
  void buffersOfWholeNumbersStayAsTheFileHasThem() throws Exception {
    byte[] file =
        script(
            """
            def forward(self, x):
                self.calls.add_(1)
                y = torch.matmul(torch.index_select(x, 1, self.order), self.weight)
                return y * self.calls
            """,
            module -> {
              parameter(module, "weight", torch.ones(3));
              module.register_buffer("order", torch.arange(new Scalar(3)));
              module.register_buffer("calls", torch.zeros(1).to(ScalarType.Int));
            });
    try (TrainingProgram program = open(file, THREE)) {
      assertThat(program.floats()).isEqualTo(3);
      MemorySegment flat = Native.floats(1, 2, 3);
      MemorySegment scores = Native.floats(1L);
      for (int run = 0; run < 3; run++) {
        program.predict(flat, Native.floats(4, 5, 6), 1, scores);
        assertThat(Native.array(scores)).as("run %d", run).containsExactly(32);
      }
    }
    assertThat(held(trained(file, 1, 2, 3))).containsExactly(1, 2, 3);
  }

  @Test
  void aModuleMayChangeItsInputInPlace() throws Exception {
    byte[] file =
        script(
            "def forward(self, x):\n    x.sub_(1)\n    return torch.matmul(x, self.weight)\n",
            module -> parameter(module, "weight", torch.ones(3)));
    try (TrainingProgram program = open(file, THREE)) {
      MemorySegment rows = Native.floats(1, 2, 3);
      program.predict(Native.floats(1, 1, 1), rows, 1, Native.floats(1L));
      assertThat(Native.array(rows)).containsExactly(1, 2, 3);
    }
  }

  @Test
  void aFileWhoseForwardIsDeclaredToReturnAnythingTakesRowsToo() throws Exception {
    byte[] file =
        script(
            "def forward(self, x) -> Any:\n    return torch.matmul(x, self.weight)\n",
            module -> parameter(module, "weight", torch.ones(3)));
    byte[] trained = trained(file, 1, 2, 3);
    assertThat(held(trained)).containsExactly(1, 2, 3);
    assertThat(predicted(trained, new float[] {4, 5, 6})).containsExactly(32);
  }

  @Test
  void aBufferThatInferenceWritesStaysAsTheVectorHasIt() throws Exception {
    byte[] file =
        script(
            """
            def forward(self, x):
                self.calls.add_(1)
                return torch.matmul(x, self.weight.t()) + self.bias
            """,
            module -> {
              denseParameters(module);
              module.register_buffer("calls", torch.zeros(1));
            });
    try (TrainingProgram program = open(file, THREE)) {
      MemorySegment flat = Native.floats(program.floats());
      program.initialise(0, flat);
      float[] before = Native.array(flat);
      program.predict(flat, Native.floats(1, 1, 1), 1, Native.floats(2L));
      assertThat(Native.array(flat)).isEqualTo(before);
    }
  }

  @Test
  void dropoutInsideAFileFollowsTheSeed() throws Exception {
    byte[] file =
        script(
            """
            def forward(self, x):
                return torch.matmul(torch.dropout(x, 0.5, self.training), self.weight.t())
            """,
            module -> parameter(module, "weight", torch.ones(2, 64)));
    try (TrainingProgram program = open(file, List.of(64))) {
      MemorySegment flat = Native.floats(program.floats());
      program.initialise(0, flat);
      MemorySegment row = Native.floats(Native.gaussian(1, 64));
      MemorySegment out = Native.floats(program.floats());
      program.gradient(flat, row, Native.longs(1L), 1, 5, out);
      float[] five = Native.array(out);
      program.gradient(flat, row, Native.longs(1L), 1, 6, out);
      assertThat(Native.array(out)).isNotEqualTo(five);
      program.gradient(flat, row, Native.longs(1L), 1, 5, out);
      assertThat(Native.array(out)).isEqualTo(five);
    }
  }

  @Test
  void memoryStaysFlat() throws Exception {
    try (TrainingProgram program = open(dense(), THREE)) {
      MemorySegment flat = Native.floats(program.floats());
      program.initialise(0, flat);
      MemorySegment out = Native.floats(program.floats());
      step(program, flat, out);
      long objects = Pointer.totalCount();
      for (int run = 0; run < 500; run++) {
        step(program, flat, out);
      }
      assertThat(Pointer.totalCount()).isLessThanOrEqualTo(objects);
    }
  }

  @Test
  void whatIsNoTorchScriptIsBadInput() {
    byte[] text = "import torch".getBytes(StandardCharsets.UTF_8);
    assertRefused(() -> open(text, THREE), "cannot be loaded", "torch.jit.save");
  }

  @Test
  void theWrongInputShapeIsBadInput() throws Exception {
    byte[] file = dense();
    assertRefused(() -> open(file, List.of(5)), "samples of shape [5]", "model's input");
  }

  @Test
  void otherNumbersThanFloatsAreBadInput() throws Exception {
    byte[] file =
        script(
            "def forward(self, x):\n    return x * self.weight\n",
            module -> parameter(module, "weight", torch.ones(3).to(ScalarType.Double)));
    assertRefused(() -> open(file, THREE), "weight holds Double", "module.float()");
  }

  @Test
  void nothingToTrainIsBadInput() throws Exception {
    byte[] file = script("def forward(self, x):\n    return x * 2\n", module -> {});
    assertRefused(() -> open(file, THREE), "no parameter that requires a gradient", "freeze");
  }

  @Test
  void severalResultsAreBadInput() throws Exception {
    byte[] file =
        script(
            "def forward(self, x):\n    return (x * self.weight, x)\n",
            module -> parameter(module, "weight", torch.ones(3)));
    assertRefused(() -> open(file, THREE), "something other than a tensor", "scores alone");
  }

  @Test
  void oneNumberForTheWholeBatchIsBadInput() throws Exception {
    byte[] file =
        script(
            "def forward(self, x):\n    return (x * self.weight).sum()\n",
            module -> parameter(module, "weight", torch.ones(3)));
    assertRefused(() -> open(file, THREE), "tensor of shape [] for 2 samples", "(n, outputs)");
  }

  @Test
  void aParameterWithoutInfluenceIsBadInput() throws Exception {
    byte[] file =
        script(
            "def forward(self, x):\n    return x * 2\n",
            module -> parameter(module, "weight", torch.ones(3)));
    try (TrainingProgram program = open(file, THREE)) {
      MemorySegment flat = Native.floats(3L);
      MemorySegment features = Native.floats(1, 2, 3);
      MemorySegment labels = Native.longs(0L);
      MemorySegment out = Native.floats(3L);
      assertRefused(
          () -> program.gradient(flat, features, labels, 1, 0, out), "no parameter", "detach");
    }
  }

  private static void assertRefused(ThrowingCallable call, String what, String mend) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            EngineException.class,
            refused -> {
              assertThat(refused.reason().fault()).isEqualTo(Fault.BAD_INPUT);
              assertThat(refused.reason().what()).contains(what);
              assertThat(refused.reason().why()).isNotEmpty().doesNotContain("\n", "frame #");
              assertThat(refused.reason().mend()).contains(mend);
            });
  }
}
