package dev.sluice.coordinator.shell;

import dev.sluice.coordinator.fold.BlockSnapshot;
import dev.sluice.schemas.codec.Vectors;
import dev.sluice.schemas.wire.BlockCheckpoint;
import dev.sluice.schemas.wire.VectorCheckpoint;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Blocks of checkpoints or anchors while they are read: heads and vectors come one by one. */
public final class StoredBlocks {

  private final Map<String, BlockCheckpoint> heads = new TreeMap<>();
  private final Map<String, ByteBuffer> vectors = new HashMap<>();

  /** A block's head. */
  public void add(String key, BlockCheckpoint head) {
    heads.put(key, head);
  }

  /**
   * One of a block's vectors.
   *
   * @throws IllegalStateException where its checksum is wrong
   */
  public void add(String key, VectorCheckpoint vector) {
    if (Vectors.crc32c(vector.payload()) != vector.crc()) {
      throw new IllegalStateException(
          String.format(
              Locale.ROOT,
              "The checkpoint of %s/%d has a wrong checksum in %s",
              vector.jobId(),
              vector.block(),
              vector.vector()));
    }
    vectors.put(key, vector.payload());
  }

  void remove(String key) {
    heads.remove(key);
    vectors.remove(key);
  }

  /** Whether there is no block. */
  public boolean isEmpty() {
    return heads.isEmpty();
  }

  /**
   * The blocks.
   *
   * @throws IllegalStateException where a vector is missing: they are written whole or not at all
   */
  public List<BlockSnapshot> snapshots() {
    return heads.entrySet().stream().map(e -> snapshot(e.getKey(), e.getValue())).toList();
  }

  private BlockSnapshot snapshot(String key, BlockCheckpoint head) {
    var values = new TreeMap<String, float[]>();
    for (var name : head.vectors()) {
      var payload = vectors.get(key + "/" + name);
      if (payload == null) {
        throw new IllegalStateException("The checkpoint of " + key + " lacks " + name);
      }
      values.put(name, Vectors.floats(payload));
    }
    return new BlockSnapshot(head, values);
  }
}
