package dev.sluice.worker.exchange;

import dev.sluice.fold.BlockSnapshot;
import dev.sluice.schemas.codec.Vectors;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.FoldedBlock;
import dev.sluice.schemas.wire.FoldedVector;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * States of blocks that coordinators hand over, put together from their records. A state's vectors
 * come before it; two owners of a partition may send theirs at one time, and where these mix, none
 * is put together and whoever waits asks again.
 */
final class FoldedStates {

  private record Pieces(long nextOffset, Map<String, float[]> vectors) {}

  private final Map<String, Pieces> pieces = new HashMap<>();

  /**
   * Takes a vector.
   *
   * @throws IllegalArgumentException where its checksum is wrong
   */
  void add(FoldedVector vector) {
    if (Vectors.crc32c(vector.payload()) != vector.crc()) {
      throw new IllegalArgumentException(
          "The checksum of vector " + vector.vector() + " is wrong.");
    }
    pieces
        .compute(
            Topic.blockKey(vector.jobId(), vector.block()),
            (key, known) ->
                known != null && known.nextOffset == vector.nextOffset()
                    ? known
                    : new Pieces(vector.nextOffset(), new HashMap<>()))
        .vectors
        .put(vector.vector(), Vectors.floats(vector.payload()));
  }

  /** A state as a whole; empty where some of it is missing. */
  Optional<BlockSnapshot> put(FoldedBlock block) {
    var head = block.head();
    var known = pieces.remove(Topic.blockKey(head.jobId(), head.block()));
    var vectors =
        known != null && known.nextOffset == block.nextOffset()
            ? known.vectors
            : Map.<String, float[]>of();
    return vectors.keySet().containsAll(head.vectors())
        ? Optional.of(new BlockSnapshot(head, vectors))
        : Optional.empty();
  }

  /** Forgets what has come of a job. */
  void forget(String jobId) {
    pieces.keySet().removeIf(key -> key.startsWith(jobId + "/"));
  }
}
