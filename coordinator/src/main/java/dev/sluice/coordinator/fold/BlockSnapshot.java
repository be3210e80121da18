package dev.sluice.coordinator.fold;

import dev.sluice.schemas.wire.BlockCheckpoint;
import java.util.Map;
import java.util.TreeMap;

/**
 * A block's state at one offset of the gradient log.
 *
 * @param head everything but the vectors
 * @param vectors the vectors that head names; not changed by anyone
 */
public record BlockSnapshot(BlockCheckpoint head, Map<String, float[]> vectors) {

  public BlockSnapshot {
    vectors = new TreeMap<>(vectors);
  }

  /** Size of its vectors. */
  long bytes() {
    return vectors.values().stream().mapToLong(vector -> (long) vector.length * Float.BYTES).sum();
  }

  /**
   * A vector that must be there.
   *
   * @throws IllegalStateException where it is not: a checkpoint is written whole or not at all
   */
  float[] vector(String name) {
    var vector = vectors.get(name);
    if (vector == null) {
      throw new IllegalStateException(
          "The checkpoint of " + head.jobId() + "/" + head.block() + " lacks " + name);
    }
    return vector;
  }
}
