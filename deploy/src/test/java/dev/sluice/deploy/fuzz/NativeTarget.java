package dev.sluice.deploy.fuzz;

import dev.sluice.schemas.wire.Objective;
import dev.sluice.worker.trial.NativeFile;
import dev.sluice.worker.trial.TrialLimits;
import dev.sluice.worker.trial.TrialProcess;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Files for native libraries, opened as workers open them first: by a child process. */
final class NativeTarget implements FuzzTarget, AutoCloseable {
  /** Opening a file natively takes some hundred times as long as decoding a record. */
  static final int PART = 100;

  private static final TrialLimits LIMITS = TrialLimits.of(10_000, 512L << 20);

  /** A library may keep something of each file that it refuses. */
  private static final int FILES_MAX = 200;

  private static final long BYTES_MAX = 1 << 20;

  private final String name;
  private final int share;
  private final Wrapping wrapping;
  private final byte[] seed;
  private final Mutator mutator;
  private @Nullable TrialProcess child;
  private int files;

  private interface Wrapping {
    NativeFile of(byte[] bytes);
  }

  private NativeTarget(
      String name, int share, byte[] seed, List<String> tokens, Wrapping wrapping) {
    this.name = name;
    this.share = share;
    this.seed = seed;
    this.mutator = new Mutator(tokens);
    this.wrapping = wrapping;
  }

  static NativeTarget onnx() {
    return new NativeTarget(
        "onnx",
        80,
        Seeds.onnx(),
        List.of("Gemm", "Loop", "If", "Scan", "features", "scores", "ai.onnx", "com.microsoft"),
        NativeFile.Onnx::new);
  }

  static NativeTarget torchScript() {
    return new NativeTarget(
        "torchscript",
        20,
        Seeds.torchScript(),
        List.of(
            "PK\u0003\u0004", "while True:", "torch.ones", "def forward", "__torch__", "return"),
        bytes -> new NativeFile.TorchScript(bytes, List.of(2), Objective.CROSS_ENTROPY));
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public int share() {
    return share;
  }

  @Override
  public void attempt(Dice dice) throws IOException {
    var file = wrapping.of(mutator.change(seed, dice));
    child(file).objection(file).ifPresent(FuzzTarget::sound);
  }

  private TrialProcess child(NativeFile file) throws IOException {
    if (child != null && (child.spent() || files >= FILES_MAX)) {
      child.close();
      child = null;
    }
    if (child == null) {
      child = TrialProcess.start(file, LIMITS, BYTES_MAX);
      files = 0;
    }
    files++;
    return child;
  }

  @Override
  public void close() {
    if (child != null) {
      child.close();
    }
  }
}
