package dev.sluice.worker.engine;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Inference with ONNX Runtime, in this process, on one core.
 *
 * <p>Its threads would spin while they wait, which takes the core from the training beside it, so
 * there is one thread and no spinning.
 */
public final class OnnxEngine implements InferenceEngine {
  private static final int THREADS = 1;

  private final OrtEnvironment environment;

  /**
   * When it starts, ONNX Runtime 1.29 puts a regular expression to the command line of the process,
   * recursing by about 270 bytes of stack a character: a class path of 4,000 characters overflows
   * the usual stack and ends the process with SIGSEGV. This is enough for a million.
   */
  private static final long START_STACK_BYTES = 256L << 20;

  /** Loads the native library. */
  public OnnxEngine() {
    OnnxRuntimeLibrary.prepare();
    FutureTask<OrtEnvironment> start =
        new FutureTask<>(
            () -> OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR, "sluice"));
    new Thread(null, start, "onnxruntime", START_STACK_BYTES).start();
    try {
      this.environment = start.get();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while ONNX Runtime started", interrupted);
    } catch (ExecutionException failed) {
      throw new IllegalStateException("ONNX Runtime cannot be loaded", failed.getCause());
    }
  }

  @Override
  public String fingerprint() {
    return "onnxruntime "
        + environment.getVersion()
        + ", "
        + System.getProperty("os.arch")
        + ", threads "
        + THREADS;
  }

  @Override
  public InferenceSession open(byte[] model) throws EngineException {
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(THREADS);
      options.setInterOpNumThreads(THREADS);
      options.addConfigEntry("session.intra_op.allow_spinning", "0");
      options.addConfigEntry("session.inter_op.allow_spinning", "0");
      // x64 processors without VNNI add pairs of 8-bit products in 16 bits, which saturate; there,
      // and only there, this makes the engine choose a kernel that does not.
      options.addConfigEntry("session.x64quantprecision", "1");
      options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
      OrtSession session = environment.createSession(model, options);
      try {
        return new OnnxSession(
            environment,
            session,
            columns("input", session.getInputInfo()),
            columns("output", session.getOutputInfo()));
      } catch (EngineException refused) {
        session.close();
        throw refused;
      }
    } catch (OrtException thrown) {
      throw new EngineException(
          new Cause(
              Code.MODEL_UNUSABLE,
              "model",
              "the ONNX file cannot be loaded",
              String.valueOf(thrown.getMessage()),
              "export it again with operators that ONNX Runtime "
                  + environment.getVersion()
                  + " knows"),
          thrown);
    }
  }

  /** The one input or output: a float matrix with any number of rows. */
  private static OnnxSession.Port columns(String kind, Map<String, NodeInfo> nodes)
      throws EngineException {
    if (nodes.size() == 1) {
      Map.Entry<String, NodeInfo> node = nodes.entrySet().iterator().next();
      if (node.getValue().getInfo() instanceof TensorInfo tensor
          && tensor.type == OnnxJavaType.FLOAT
          && tensor.getShape().length == 2
          && tensor.getShape()[0] < 0
          && tensor.getShape()[1] > 0) {
        return new OnnxSession.Port(node.getKey(), Math.toIntExact(tensor.getShape()[1]));
      }
    }
    throw EngineException.badInput(
        Code.MODEL_UNUSABLE,
        "model",
        "the ONNX file's " + kind + "s are " + nodes.values(),
        "rows go in and scores come out as one float tensor each, of shape [any, columns]",
        "export the model with one float " + kind + " of shape [batch, columns], batch dynamic");
  }
}
