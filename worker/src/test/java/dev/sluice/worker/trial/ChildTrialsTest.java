package dev.sluice.worker.trial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.Fault;
import dev.sluice.schemas.wire.Objective;
import dev.sluice.worker.engine.EngineException;
import dev.sluice.worker.natives.NativeLibraries;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.BoolType;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.JitModule;
import org.bytedeco.pytorch.QualifiedName;
import org.bytedeco.pytorch.Type;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever a model file does when it is opened, it does to a child process. */
final class ChildTrialsTest {
  private static final TrialLimits LIMITS = TrialLimits.of(60_000, 512L << 20);

  /** No honest file of these tests takes as long. */
  private static final TrialLimits IMPATIENT = TrialLimits.of(1_500, 512L << 20);

  private static final String MODULE = "module.pt";

  @TempDir private Path directory;

  @Test
  void aFileThatOpensAndRunsPasses() throws Exception {
    new ChildTrials(LIMITS).pass(script("return torch.matmul(x, self.weight)"));
  }

  @Test
  void aFileThatHangsIsRefusedInTime() throws Exception {
    var file =
        script(
            """
            y = torch.matmul(x, self.weight)
                while bool(torch.isfinite(y).all()):
                    y = y * 0
                return y\
            """);

    var cause = refusal(IMPATIENT, file);

    assertThat(cause.code()).isEqualTo(Code.MODEL_HARMFUL);
    assertThat(cause.why()).contains("not done after 1500 ms");
    assertThat(cause.mend()).contains("trial-ms-max");
  }

  @Test
  void aFileThatTakesTooMuchMemoryIsRefused() throws Exception {
    var file =
        script("return torch.matmul(x, self.weight) + torch.ones(40000, 40000).sum().view(1)");

    assertThat(refusal(LIMITS, file).why()).isNotBlank();
  }

  @Test
  void aFileThatEndsTheProcessIsRefused() throws Exception {
    // The parser recurses, and has no more stack than the thread.
    script("return x");

    var cause = refusal(LIMITS, nested(200_000));

    assertThat(cause.why()).containsAnyOf("signal", "exit code");
  }

  @Test
  void aFileCannotSpeakForTheProcess() throws Exception {
    var file =
        script(
            """
            y = torch.matmul(x, self.weight)
                while bool(torch.isfinite(y).all()):
                    print("ready")
                    print(" AQ==")
                return y\
            """);

    assertThat(refusal(IMPATIENT, file).why()).contains("not done");
  }

  @Test
  void whatIsNoModelIsRefusedWithTheLibrarysReason() throws Exception {
    var noise = "This is no model.".getBytes(StandardCharsets.UTF_8);

    var cause = refusal(LIMITS, new NativeFile.Onnx(noise));

    assertThat(cause.code()).isEqualTo(Code.MODEL_UNUSABLE);
    assertThat(cause.what()).contains("ONNX");
    assertThat(refusal(LIMITS, torchScript(noise)).what()).contains("TorchScript");
  }

  @Test
  void aFileIsTriedOnceWhereItPassesAndForEveryShapeAnew() throws Exception {
    var tried = new ArrayList<NativeFile>();
    var trials =
        new ChildTrials(
            file -> {
              tried.add(file);
              return Optional.empty();
            });

    trials.pass(new NativeFile.Onnx(new byte[] {1}));
    trials.pass(new NativeFile.Onnx(new byte[] {1}));
    trials.pass(new NativeFile.Onnx(new byte[] {2}));
    trials.pass(torchScript(new byte[] {1}));
    trials.pass(torchScript(new byte[] {1}));
    trials.pass(
        new NativeFile.TorchScript(new byte[] {1}, List.of(3), Objective.MEAN_SQUARED_ERROR));

    assertThat(tried).hasSize(4);
  }

  @Test
  void aFileThatIsRefusedIsTriedAgain() {
    var cause = new Cause(Code.MODEL_UNUSABLE, "model", "what", "why", "mend");
    var trials = new ChildTrials(file -> Optional.of(cause));
    var file = new NativeFile.Onnx(new byte[] {1});

    for (int i = 0; i < 2; i++) {
      var refused = catchThrowableOfType(EngineException.class, () -> trials.pass(file));
      assertThat(refused.reason()).isEqualTo(cause);
    }
  }

  private static Cause refusal(TrialLimits limits, NativeFile file) {
    var trials = new ChildTrials(limits);
    var refused = catchThrowableOfType(EngineException.class, () -> trials.pass(file));
    assertThat(refused).isNotNull();
    assertThat(refused.reason().fault()).isEqualTo(Fault.BAD_INPUT);
    assertThat(refused.reason().mend()).isNotBlank();
    return refused.reason();
  }

  private static NativeFile torchScript(byte[] file) {
    return new NativeFile.TorchScript(file, List.of(2), Objective.MEAN_SQUARED_ERROR);
  }

  /** A network of two inputs and one output, whose forward method ends with some lines. */
  private NativeFile script(String lines) throws IOException {
    NativeLibraries.load();
    var path = directory.resolve(MODULE);
    try (var _ = new PointerScope()) {
      var module = new JitModule(new QualifiedName("__torch__.Net"));
      module.register_attribute(
          "training", new Type.TypePtr(BoolType.get().get()), new IValue(true));
      module.register_parameter("weight", torch.ones(2, 1).set_requires_grad(true), false);
      module.define("def forward(self, x):\n    " + lines + "\n");
      module.save(path.toString());
    }
    return torchScript(Files.readAllBytes(path));
  }

  /** The module written last, whose code nests as deeply as asked for. */
  private NativeFile nested(int deep) throws IOException {
    var code = "return " + "(".repeat(deep) + "x" + ")".repeat(deep);
    return torchScript(
        Archive.replace(
            directory.resolve(MODULE),
            "/code/__torch__.py",
            text -> text.replace("return x", code)));
  }
}
