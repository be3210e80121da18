package dev.sluice.deploy.simulation;

import dev.sluice.fold.BlockSnapshot;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.GradientRecord;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** One partition of the gradient log, with what has been checkpointed of its fold. */
final class GradientTopic {

  /**
   * What one transaction writes of a fold.
   *
   * @param blocks blocks that changed
   * @param ended jobs whose blocks are gone
   * @param cursor offset of the gradient log that it stands for
   */
  record Checkpoint(List<BlockSnapshot> blocks, Set<String> ended, int cursor) {}

  final PartitionLog<GradientRecord> log;
  final PartitionLog<Checkpoint> checkpoints;
  private final Map<String, BlockSnapshot> stored = new TreeMap<>();
  private int cursor;

  GradientTopic(int partition) {
    log = new PartitionLog<>("gradients-" + partition);
    checkpoints = new PartitionLog<>("checkpoints-" + partition, this::store);
  }

  /** The newest checkpoint's blocks. */
  Map<String, BlockSnapshot> stored() {
    return stored;
  }

  /** The newest checkpoint's cursor. */
  int cursor() {
    return cursor;
  }

  private void store(Checkpoint checkpoint) {
    for (var block : checkpoint.blocks) {
      stored.put(Topic.blockKey(block.head().jobId(), block.head().block()), block);
    }
    for (var jobId : checkpoint.ended) {
      stored.keySet().removeIf(key -> key.startsWith(jobId + "/"));
    }
    cursor = checkpoint.cursor;
  }
}
