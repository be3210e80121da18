package dev.sluice.worker.export;

import dev.sluice.worker.engine.EngineException;
import dev.sluice.worker.engine.InferenceSession;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * How far two sessions of one model are apart on the same rows.
 *
 * @param maxDifference largest |a - b| / max(1, |a|) over all rows and outputs; NaN or infinite
 *     where only the exported model gave a value that is not finite
 * @param rows rows compared: those on which the reference is finite
 */
public record Parity(double maxDifference, int rows) {
  /**
   * Largest difference at which an export counts as the same model.
   *
   * <p>The engines add in different orders. A sum of k products in 32-bit floats has a relative
   * error of about sqrt(k) * 6e-8: 4e-6 for 4096 inputs, and some ten layers on top of each other
   * stay below 1e-4. The smallest mistake tried, Gelu in its tanh form, is off by 1.5e-4 after two
   * layers; a wrong padding rule by 0.4.
   */
  public static final double TOLERANCE = 1e-4;

  /** Whether the sessions agree. */
  public boolean holds() {
    return maxDifference <= TOLERANCE;
  }

  /**
   * Compares two sessions.
   *
   * @param reference the model as it was trained
   * @param exported the same model, read back from its file
   * @param features n rows of raw feature values: 32-bit floats, off the heap
   * @param n number of rows, at least 1
   * @throws EngineException where a session fails
   */
  public static Parity measure(
      InferenceSession reference, InferenceSession exported, MemorySegment features, int n)
      throws EngineException {
    if (reference.inputs() != exported.inputs() || reference.outputs() != exported.outputs()) {
      throw new IllegalArgumentException("the sessions are of different models");
    }
    try (Arena arena = Arena.ofConfined()) {
      long values = (long) n * reference.outputs();
      MemorySegment expected = arena.allocate(ValueLayout.JAVA_FLOAT, values);
      MemorySegment actual = arena.allocate(ValueLayout.JAVA_FLOAT, values);
      reference.predict(features, n, expected);
      exported.predict(features, n, actual);
      double max = 0;
      int compared = 0;
      for (int row = 0; row < n; row++) {
        if (finite(expected, row, reference.outputs())) {
          compared++;
          max = Math.max(max, difference(expected, actual, row, reference.outputs()));
        }
      }
      return new Parity(max, compared);
    }
  }

  private static boolean finite(MemorySegment values, int row, int outputs) {
    for (long i = (long) row * outputs; i < (row + 1L) * outputs; i++) {
      if (!Float.isFinite(values.getAtIndex(ValueLayout.JAVA_FLOAT, i))) {
        return false;
      }
    }
    return true;
  }

  private static double difference(
      MemorySegment expected, MemorySegment actual, int row, int outputs) {
    double max = 0;
    for (long i = (long) row * outputs; i < (row + 1L) * outputs; i++) {
      double a = expected.getAtIndex(ValueLayout.JAVA_FLOAT, i);
      double b = actual.getAtIndex(ValueLayout.JAVA_FLOAT, i);
      // Math.max passes NaN on.
      max = Math.max(max, Math.abs(a - b) / Math.max(1, Math.abs(a)));
    }
    return max;
  }
}
