package dev.sluice.fold;

import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.Set;

/**
 * Vectors of a block that its fold does not need any more. The next sums and generations are
 * written into them: a step of a block leaves nothing to be collected. What others read as well, as
 * a checkpoint does that is being written, is never written to again.
 */
final class FreeVectors {

  /** As many as a step may need at a time. */
  private static final int KEPT_MAX = 3;

  private final int length;
  private final Deque<float[]> free = new ArrayDeque<>(KEPT_MAX);
  private final Set<float[]> lent = Collections.newSetFromMap(new IdentityHashMap<>());

  FreeVectors(int length) {
    this.length = length;
  }

  /** A vector with any values in it. */
  float[] take() {
    var vector = free.pollLast();
    return vector == null ? new float[length] : vector;
  }

  /** The fold does not need this one any more. */
  void give(float[] vector) {
    if (!lent.remove(vector) && free.size() < KEPT_MAX) {
      free.addLast(vector);
    }
  }

  /** Others read this one from now on. */
  float[] lend(float[] vector) {
    lent.add(vector);
    return vector;
  }

  /** Whether others read this one. */
  boolean isLent(float[] vector) {
    return lent.contains(vector);
  }
}
