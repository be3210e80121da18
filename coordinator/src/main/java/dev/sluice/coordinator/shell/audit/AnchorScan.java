package dev.sluice.coordinator.shell.audit;

import dev.sluice.coordinator.audit.Witnesses;
import dev.sluice.coordinator.shell.StoredBlocks;
import dev.sluice.fold.BlockSnapshot;
import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.codec.Decoded;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.BlockCheckpoint;
import dev.sluice.schemas.wire.CheckpointRecord;
import dev.sluice.schemas.wire.FoldCursor;
import dev.sluice.schemas.wire.VectorCheckpoint;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Reads a partition of {@code sluice.anchors} for one job: keeps the oldest anchor that the log
 * still reaches, and of all the others the checksums.
 */
final class AnchorScan {

  private static final long NONE = -1;

  private final String prefix;
  private final long logBeginning;
  private final Codec codec;
  private final Witnesses witnesses;
  private final StoredBlocks kept = new StoredBlocks();
  private final Map<Integer, Long> generations = new HashMap<>();
  private long offset = NONE;
  private long keptOffset = NONE;

  /**
   * @param logBeginning first offset that the gradient log still holds
   */
  AnchorScan(String jobId, long logBeginning, Codec codec, Witnesses witnesses) {
    prefix = jobId + "/";
    this.logBeginning = logBeginning;
    this.codec = codec;
    this.witnesses = witnesses;
  }

  void accept(ConsumerRecord<String, ByteBuffer> record) {
    var key = record.key();
    // Whole megabytes of others are not even decoded.
    if (key != null
        && (key.startsWith(prefix) || key.indexOf('/') < 0)
        && codec.decode(CheckpointRecord.class, record.value())
            instanceof Decoded.Message<CheckpointRecord>(var anchor)) {
      switch (anchor.entry()) {
        case FoldCursor at -> offset = at.nextOffset();
        case BlockCheckpoint head -> head(key, head);
        case VectorCheckpoint vector -> vector(key, vector);
      }
    }
  }

  private void head(String key, BlockCheckpoint head) {
    generations.put(head.block(), head.generation());
    if (offset >= logBeginning && (keptOffset == NONE || keptOffset == offset)) {
      keptOffset = offset;
      kept.add(key, head);
    }
  }

  private void vector(String key, VectorCheckpoint vector) {
    var generation = generations.get(vector.block());
    if (vector.vector().equals("current") && generation != null) {
      witnesses.add(
          vector.block(),
          generation,
          vector.crc(),
          Topic.ANCHORS.topicName() + ", anchor at offset " + offset);
    }
    if (keptOffset != NONE && keptOffset == offset) {
      kept.add(key, vector);
    }
  }

  /** Offset in the gradient log at which the anchor stands; -1: there is none. */
  long offset() {
    return keptOffset;
  }

  /** The job's blocks there. */
  List<BlockSnapshot> blocks() {
    return kept.snapshots();
  }
}
