package dev.sluice.worker.engine;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Map;

/**
 * A model in ONNX Runtime; rows are read from and scores written to the caller's memory directly.
 */
final class OnnxSession implements InferenceSession {
  private final OrtEnvironment environment;
  private final OrtSession session;
  private final Port input;
  private final Port output;

  /**
   * An input or output of the graph.
   *
   * @param name its name
   * @param columns values per row
   */
  record Port(String name, int columns) {}

  OnnxSession(OrtEnvironment environment, OrtSession session, Port input, Port output) {
    this.environment = environment;
    this.session = session;
    this.input = input;
    this.output = output;
  }

  @Override
  public int inputs() {
    return input.columns();
  }

  @Override
  public int outputs() {
    return output.columns();
  }

  @Override
  public void predict(MemorySegment features, int n, MemorySegment scores) throws EngineException {
    if (n < 1) {
      throw new IllegalArgumentException("the number of rows is " + n);
    }
    try (OnnxTensor rows = tensor(features, n, input);
        OnnxTensor answers = tensor(scores, n, output)) {
      session.run(Map.of(input.name(), rows), Map.of(output.name(), answers)).close();
    } catch (OrtException thrown) {
      throw new EngineException(
          new Cause(
              Code.ENGINE_FAILED,
              "model",
              "ONNX Runtime failed on " + n + " rows",
              String.valueOf(thrown.getMessage()),
              "use a smaller batch if memory ran out"),
          thrown);
    }
  }

  private OnnxTensor tensor(MemorySegment segment, int n, Port port) throws OrtException {
    long bytes = (long) n * port.columns() * Float.BYTES;
    Blob.require(segment, bytes, Float.BYTES);
    FloatBuffer buffer =
        segment.asSlice(0, bytes).asByteBuffer().order(ByteOrder.nativeOrder()).asFloatBuffer();
    return OnnxTensor.createTensor(environment, buffer, new long[] {n, port.columns()});
  }

  @Override
  public void close() {
    try {
      session.close();
    } catch (OrtException thrown) {
      throw new IllegalStateException("ONNX Runtime could not free a session", thrown);
    }
  }
}
