package dev.sluice.worker.engine;

import dev.sluice.schemas.wire.Affine;
import dev.sluice.schemas.wire.NetworkFacts;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/**
 * Inference with the training engine, for models that have no ONNX file: it scales rows as the data
 * set was scaled and gives regression results back in the label's own unit.
 */
public final class ProgramSession implements InferenceSession {
  private final TrainingProgram program;
  private final MemorySegment flat;
  private final Scale features;
  private final Scale target;
  private final int inputs;
  private MemorySegment scaled = MemorySegment.NULL;

  /** An affine map in the precision it is applied in. */
  private static final class Scale {
    private final float[] shift;
    private final float[] scale;

    Scale(Affine affine) {
      this.shift = floats(affine.shift());
      this.scale = floats(affine.scale());
    }

    private static float[] floats(List<Double> values) {
      float[] floats = new float[values.size()];
      for (int i = 0; i < floats.length; i++) {
        floats[i] = values.get(i).floatValue();
      }
      return floats;
    }

    boolean isIdentity() {
      return shift.length == 0;
    }

    float forth(float value, int column) {
      return (value - shift[column]) / scale[column];
    }

    float back(float value) {
      return value * scale[0] + shift[0];
    }
  }

  /**
   * Wraps a network and its parameters; both are closed or freed by their owner, after this.
   *
   * @param program the network
   * @param flat its flat vector, off the heap
   * @param facts its scaling
   */
  public ProgramSession(TrainingProgram program, MemorySegment flat, NetworkFacts facts) {
    this.program = program;
    this.flat = flat;
    this.features = new Scale(facts.featureScale());
    this.target = new Scale(facts.targetScale());
    this.inputs = facts.input().stream().reduce(1, Math::multiplyExact);
  }

  @Override
  public int inputs() {
    return inputs;
  }

  @Override
  public int outputs() {
    return program.outputs();
  }

  @Override
  public void predict(MemorySegment rows, int n, MemorySegment scores) throws EngineException {
    if (n < 1) {
      throw new IllegalArgumentException("the number of rows is " + n);
    }
    Blob.require(rows, (long) n * inputs * Float.BYTES, Float.BYTES);
    program.predict(flat, features.isIdentity() ? rows : scale(rows, n), n, scores);
    if (!target.isIdentity()) {
      for (long i = 0; i < n; i++) {
        float score = scores.getAtIndex(ValueLayout.JAVA_FLOAT, i);
        scores.setAtIndex(ValueLayout.JAVA_FLOAT, i, target.back(score));
      }
    }
  }

  private MemorySegment scale(MemorySegment rows, int n) {
    long floats = (long) n * inputs;
    if (scaled.byteSize() < floats * Float.BYTES) {
      scaled = Arena.ofAuto().allocate(ValueLayout.JAVA_FLOAT, floats);
    }
    for (long row = 0; row < n; row++) {
      for (int column = 0; column < inputs; column++) {
        long at = row * inputs + column;
        float value = rows.getAtIndex(ValueLayout.JAVA_FLOAT, at);
        scaled.setAtIndex(ValueLayout.JAVA_FLOAT, at, features.forth(value, column));
      }
    }
    return scaled;
  }

  @Override
  public void close() {
    scaled = MemorySegment.NULL;
  }
}
