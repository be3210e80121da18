package dev.sluice.coordinator.shell;

import dev.sluice.fold.BlockSnapshot;
import dev.sluice.schemas.codec.Vectors;
import dev.sluice.schemas.wire.BlockCheckpoint;
import dev.sluice.schemas.wire.VectorCheckpoint;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

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
    return snapshots(Set.of());
  }

  /** The blocks of all jobs but some. */
  List<BlockSnapshot> snapshots(Set<String> withoutJobs) {
    return heads.entrySet().stream()
        .filter(e -> !withoutJobs.contains(e.getValue().jobId()))
        .map(e -> snapshot(e.getKey(), e.getValue()))
        .toList();
  }

  /** Jobs of whose blocks a head or a vector is missing. */
  Set<String> incompleteJobs() {
    var jobs = new TreeSet<String>();
    heads.forEach(
        (key, head) -> {
          if (!head.vectors().stream().allMatch(name -> vectors.containsKey(key + "/" + name))) {
            jobs.add(head.jobId());
          }
        });
    for (var key : vectors.keySet()) {
      var block = key.substring(0, key.lastIndexOf('/'));
      if (!heads.containsKey(block)) {
        jobs.add(block.substring(0, block.lastIndexOf('/')));
      }
    }
    return jobs;
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
