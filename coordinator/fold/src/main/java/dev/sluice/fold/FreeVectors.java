package dev.sluice.fold;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Vectors of a block that nobody reads any more. The next sums and generations are written into
 * them: a step of a block leaves nothing to be collected.
 */
final class FreeVectors {

  /** As many as a step may need at a time. */
  private static final int KEPT_MAX = 3;

  private final int length;
  private final Deque<float[]> free = new ArrayDeque<>(KEPT_MAX);

  FreeVectors(int length) {
    this.length = length;
  }

  /** A vector with any values in it. */
  float[] take() {
    var vector = free.pollLast();
    return vector == null ? new float[length] : vector;
  }

  /** Nobody reads this one any more. */
  void give(float[] vector) {
    if (free.size() < KEPT_MAX) {
      free.addLast(vector);
    }
  }
}
