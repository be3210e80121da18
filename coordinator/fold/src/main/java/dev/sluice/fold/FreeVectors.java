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

  private final int length;
  private final int keptMax;
  private final Deque<float[]> free = new ArrayDeque<>();
  private final Set<float[]> lent = Collections.newSetFromMap(new IdentityHashMap<>());

  /**
   * @param length of a vector
   * @param shards of a step: a sum for each level of its tree may wait, beside what comes of it
   */
  FreeVectors(int length, int shards) {
    this.length = length;
    keptMax = Integer.numberOfTrailingZeros(shards) + 1;
  }

  /** A vector with any values in it. */
  float[] take() {
    var vector = free.pollLast();
    return vector == null ? new float[length] : vector;
  }

  /** The fold does not need this one any more. */
  void give(float[] vector) {
    if (!lent.remove(vector) && free.size() < keptMax) {
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
