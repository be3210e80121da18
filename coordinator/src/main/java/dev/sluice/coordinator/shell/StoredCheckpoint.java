package dev.sluice.coordinator.shell;

import dev.sluice.coordinator.runtime.FoldStore;
import dev.sluice.coordinator.runtime.Position;
import dev.sluice.fold.BlockSnapshot;
import dev.sluice.platform.kafka.DeadLetters;
import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.codec.Decoded;
import dev.sluice.schemas.codec.SchemaWait;
import dev.sluice.schemas.codec.Vectors;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.BlockCheckpoint;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.CheckpointEntry;
import dev.sluice.schemas.wire.CheckpointRecord;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.FoldCursor;
import dev.sluice.schemas.wire.VectorCheckpoint;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * The newest checkpoint of a fold partition, while it is read. What another program has overwritten
 * ({@link ForeignRecords}) is what the record before says, where the broker has not compacted that
 * away; where it has, or where what stands there is well-formed and fits nothing else, the job
 * whose block is no longer whole is lost, and no other.
 */
final class StoredCheckpoint {

  private final Codec codec;
  private final ForeignRecords foreign;
  private final StoredBlocks blocks = new StoredBlocks();
  private final Set<String> keys = new HashSet<>();
  private @Nullable Whole whole;
  private FoldCursor cursor = new FoldCursor(0, Position.NO_EPOCH, 0, List.of());

  private record Whole(List<BlockSnapshot> blocks, Set<String> lost) {}

  /**
   * @param schemas how long records wait for their schemas
   */
  StoredCheckpoint(Codec codec, SchemaWait schemas) {
    this.codec = codec;
    this.foreign = new ForeignRecords(schemas);
  }

  /** Takes a record over, in the order of the log. */
  void read(ConsumerRecord<String, ByteBuffer> record) {
    foreign.heard(record.timestamp());
    var key = record.key();
    if (key == null) { // brokers refuse these in a compacted topic
      return;
    }
    if (record.value() == null) {
      foreign.superseded(key);
      keys.remove(key);
      blocks.remove(key);
      return;
    }
    switch (codec.decode(CheckpointRecord.class, record.value())) {
      case Decoded.Message<CheckpointRecord>(CheckpointRecord(var entry)) -> {
        var flaw = key(entry).equals(key) ? flaw(entry) : "It is that of " + key(entry) + ".";
        if (flaw == null) {
          foreign.superseded(key);
          keys.add(key);
          take(key, entry);
        } else {
          foreign.add(record, flaw);
        }
      }
      case Decoded.UnknownSchema<CheckpointRecord>(long fingerprint) ->
          foreign.add(record, fingerprint);
      case Decoded.Malformed<CheckpointRecord>(String why) -> foreign.add(record, why);
    }
  }

  private static String key(CheckpointEntry entry) {
    return switch (entry) {
      case BlockCheckpoint head -> Topic.blockKey(head.jobId(), head.block());
      case VectorCheckpoint vector ->
          Topic.blockKey(vector.jobId(), vector.block()) + "/" + vector.vector();
      case FoldCursor at -> CheckpointWriter.CURSOR;
    };
  }

  /** What no coordinator would have written; null: it may be one's. */
  private static @Nullable String flaw(CheckpointEntry entry) {
    return switch (entry) {
      case BlockCheckpoint head -> null; // only together with its vectors
      case VectorCheckpoint vector when Vectors.crc32c(vector.payload()) != vector.crc() ->
          "Its checksum is wrong.";
      case VectorCheckpoint vector when vector.payload().remaining() % Float.BYTES != 0 ->
          "It has no whole number of floats.";
      case VectorCheckpoint vector -> null;
      case FoldCursor at
          when at.nextOffset() < 0
              || at.foldedBytes() < 0
              || at.marks().stream().anyMatch(m -> m.nextOffset() < 0 || m.foldedBytes() < 0) ->
          "It has places before the log's beginning.";
      case FoldCursor at -> null;
    };
  }

  private void take(String key, CheckpointEntry entry) {
    switch (entry) {
      case BlockCheckpoint head -> blocks.add(key, head);
      case VectorCheckpoint vector -> blocks.add(key, vector);
      case FoldCursor at -> cursor = at;
    }
  }

  /**
   * Whether something was overwritten, so that all should be written anew.
   *
   * @param nowMs the time here, on a clock that only goes forward
   * @throws org.apache.kafka.common.KafkaException where a schema may still come
   */
  boolean overwritten(long nowMs) {
    foreign.requireFinal(nowMs);
    return !foreign.isEmpty();
  }

  /** Letters about what other programs have written, as far as it is kept. */
  List<FoldStore.Letter> letters() {
    var letters = new ArrayList<FoldStore.Letter>();
    for (var found : foreign.all().values()) {
      var record = found.record();
      if (record != null) {
        var unread = found.unread();
        var cause =
            unread.cause(
                found.place(), "Only workers and coordinators write here, as sluice.avdl has it.");
        letters.add(
            new FoldStore.Letter(
                unread.kind(record), DeadLetters.of(record, "", unread.reason(), cause)));
      }
    }
    return letters;
  }

  /** Where the fold was. */
  FoldCursor cursor() {
    return cursor;
  }

  /** The blocks of the jobs of which nothing is lost. */
  List<BlockSnapshot> blocks() {
    return whole().blocks();
  }

  /** Jobs of whose blocks something can't be found any more, or does not fit the rest. */
  Set<String> lostJobs() {
    return whole().lost();
  }

  /** To be asked for when all is read. */
  private Whole whole() {
    var known = whole;
    if (known == null) {
      var lost = new TreeSet<>(blocks.incompleteJobs());
      var complete = blocks.snapshots(lost);
      for (var block : complete) {
        if (block.objection() != null) {
          lost.add(block.head().jobId());
        }
      }
      known =
          new Whole(
              complete.stream().filter(block -> !lost.contains(block.head().jobId())).toList(),
              lost);
      whole = known;
    }
    return known;
  }

  /** Why they are lost. */
  Cause loss() {
    return new Cause(
        Code.CHECKPOINT_LOST,
        Topic.CHECKPOINTS.topicName(),
        "The state of this job's training is lost.",
        "Another program has overwritten or removed a part of it, and the broker has compacted away"
            + " what was there; the dead letters hold what of it could not be read.",
        "Keep other programs from writing to "
            + Topic.CHECKPOINTS.topicName()
            + ", and submit the"
            + " job again.");
  }

  /** Keys of ours that the topic holds. */
  Set<String> keys() {
    return keys;
  }
}
