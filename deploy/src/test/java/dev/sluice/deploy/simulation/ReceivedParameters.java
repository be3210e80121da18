package dev.sluice.deploy.simulation;

import dev.sluice.schemas.codec.Vectors;
import dev.sluice.schemas.wire.ParameterBlock;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The parameter blocks that a worker has heard of. */
final class ReceivedParameters {

  private final Map<String, TreeMap<Long, Map<Integer, float[]>>> blocks = new HashMap<>();

  void add(ParameterBlock block) {
    blocks
        .computeIfAbsent(block.jobId(), id -> new TreeMap<>())
        .computeIfAbsent(block.generation(), g -> new HashMap<>())
        .put(block.block(), Vectors.floats(block.payload()));
  }

  /** Newest generation of which all blocks are there; -1: none. */
  long newest(String jobId) {
    for (var entry : blocks.getOrDefault(jobId, new TreeMap<>()).descendingMap().entrySet()) {
      if (entry.getValue().size() == World.BLOCKS) {
        return entry.getKey();
      }
    }
    return -1;
  }

  /** All parameters of a generation; null: some are missing. */
  float @Nullable [] complete(String jobId, long generation) {
    var generations = blocks.getOrDefault(jobId, new TreeMap<>());
    var found = generations.get(generation);
    if (found == null || found.size() < World.BLOCKS) {
      return null;
    }
    float[] vector = new float[World.FLOATS];
    found.forEach(
        (block, values) ->
            System.arraycopy(values, 0, vector, block * World.BLOCK_FLOATS, values.length));
    return vector;
  }
}
