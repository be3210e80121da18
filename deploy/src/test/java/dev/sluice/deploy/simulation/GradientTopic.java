package dev.sluice.deploy.simulation;

import dev.sluice.coordinator.fold.BlockSnapshot;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.GradientRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** One partition of the gradient log, with what has been checkpointed of its fold. */
final class GradientTopic {

  private final List<GradientRecord> records = new ArrayList<>();
  private final Map<String, BlockSnapshot> checkpoint = new TreeMap<>();
  private int cursor;
  private int beginning;

  void append(GradientRecord record) {
    records.add(record);
  }

  /** A record that is still there. */
  GradientRecord get(int offset) {
    if (offset < beginning) {
      throw new AssertionError("Offset " + offset + " was trimmed, up to " + beginning);
    }
    return records.get(offset);
  }

  int beginning() {
    return beginning;
  }

  int end() {
    return records.size();
  }

  int cursor() {
    return cursor;
  }

  Map<String, BlockSnapshot> checkpoint() {
    return checkpoint;
  }

  void commit(List<BlockSnapshot> blocks, Set<String> ended, int upTo) {
    for (var block : blocks) {
      checkpoint.put(Topic.blockKey(block.head().jobId(), block.head().block()), block);
    }
    for (var jobId : ended) {
      checkpoint.keySet().removeIf(key -> key.startsWith(jobId + "/"));
    }
    cursor = upTo;
  }

  void trim(int before) {
    beginning = Math.max(beginning, before);
  }
}
