package dev.sluice.coordinator.shell;

import dev.sluice.coordinator.fold.BlockSnapshot;
import dev.sluice.coordinator.fold.FoldOutput;
import dev.sluice.coordinator.fold.PartitionFold;
import dev.sluice.coordinator.fold.Stragglers;
import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.codec.Decoded;
import dev.sluice.schemas.codec.Vectors;
import dev.sluice.schemas.kafka.KafkaSettings;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.BlockCheckpoint;
import dev.sluice.schemas.wire.CheckpointRecord;
import dev.sluice.schemas.wire.FoldCursor;
import dev.sluice.schemas.wire.GradientRecord;
import dev.sluice.schemas.wire.ShardsLate;
import dev.sluice.schemas.wire.VectorCheckpoint;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One partition of the gradient fold as this process owns it.
 *
 * <p>Takeover: fence the owner before, read the last checkpoint, replay the gradient log from its
 * cursor. Generations that the replay passes through are not published again, only the ones that
 * are current at its end; they are byte-identical to what the owner before published.
 */
final class FoldPartition implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(FoldPartition.class);
  private static final long LAST_NANOS_MAX = TimeUnit.SECONDS.toNanos(2);
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private final Codec codec;
  private final PartitionFold fold;
  private final CheckpointWriter checkpoints;
  private final Stragglers stragglers;
  private long nextOffset;
  private long replayUntil;
  private boolean replaying = true;
  private boolean whole = true;

  private FoldPartition(
      int partition,
      int partitions,
      Codec codec,
      CheckpointWriter checkpoints,
      Stragglers stragglers,
      long replayUntil) {
    this.codec = codec;
    this.checkpoints = checkpoints;
    this.stragglers = stragglers;
    this.replayUntil = replayUntil;
    fold = new PartitionFold(partition, partitions);
  }

  /**
   * Takes a partition over.
   *
   * @param stragglers finds shards that are late; of this partition alone
   * @param replayUntil end of the gradient log now
   * @param beginning first offset that the gradient log still holds
   */
  static FoldPartition takeOver(
      int partition,
      int partitions,
      KafkaSettings kafka,
      Codec codec,
      CheckpointWriter.Surroundings surroundings,
      Stragglers stragglers,
      long beginning,
      long replayUntil) {
    var producer =
        new KafkaProducer<String, byte[]>(
            kafka.transactionalProducer(
                "sluice-fold-" + partition, KafkaSettings.CHECKPOINT_TRANSACTION_MS_MAX));
    var checkpoints = new CheckpointWriter(partition, codec, producer, surroundings);
    var owned =
        new FoldPartition(partition, partitions, codec, checkpoints, stragglers, replayUntil);
    var stored = new Stored(codec);
    try {
      producer.initTransactions();
      TopicTail.read(
          kafka.committedReader(),
          new TopicPartition(Topic.CHECKPOINTS.topicName(), partition),
          stored::accept);
      stored.blocks().forEach(owned.fold::restore);
    } catch (RuntimeException e) {
      owned.close();
      throw e;
    }
    checkpoints.knows(stored.keys());
    owned.nextOffset = Math.max(stored.cursor, beginning);
    LOG.info(
        "Fold partition {} taken over: jobs {}, offsets {} to {} to replay.",
        partition,
        owned.fold.jobs(),
        owned.nextOffset,
        replayUntil);
    return owned;
  }

  /** Offset of the next record to fold. */
  long nextOffset() {
    return nextOffset;
  }

  /**
   * Folds one record.
   *
   * @param nowMs the time, for stragglers only
   * @param out told what follows
   * @param unreadable told of a record that can't be read, and why
   * @return the schema fingerprint it waits for, or null where it was folded
   */
  @Nullable Long fold(
      ConsumerRecord<String, ByteBuffer> record,
      long nowMs,
      Consumer<FoldOutput> out,
      BiConsumer<ConsumerRecord<String, ByteBuffer>, String> unreadable) {
    var noted = noting(nowMs, out);
    Consumer<FoldOutput> kept =
        output -> {
          if (!replaying || !(output instanceof FoldOutput.Publish)) {
            noted.accept(output);
          }
        };
    switch (codec.decode(GradientRecord.class, record.value())) {
      case Decoded.Message<GradientRecord>(var gradient) -> {
        stragglers.folded(gradient, nowMs);
        whole = false;
        fold.apply(gradient, kept);
        whole = true;
      }
      case Decoded.UnknownSchema<GradientRecord>(long fingerprint) -> {
        return fingerprint;
      }
      case Decoded.Malformed<GradientRecord>(String why) -> unreadable.accept(record, why);
    }
    nextOffset = record.offset() + 1;
    return null;
  }

  /** After each batch: ends the replay once the log's end of then is reached. */
  void reached(long position, long nowMs, Consumer<FoldOutput> out) {
    nextOffset = Math.max(nextOffset, position);
    if (replaying && position >= replayUntil) {
      replaying = false;
      fold.republishAll(noting(nowMs, out));
    }
  }

  /** Who is late, as far as the log was folded. */
  List<ShardsLate> late(long nowMs) {
    stragglers.keep(fold.jobs());
    return stragglers.late(nowMs);
  }

  private Consumer<FoldOutput> noting(long nowMs, Consumer<FoldOutput> out) {
    return output -> {
      if (output instanceof FoldOutput.Publish(var block)) {
        stragglers.published(block, nowMs);
      }
      out.accept(output);
    };
  }

  /** Publishes what is current once more: some of it was lost on its way. */
  void republish(Consumer<FoldOutput> out) {
    if (!replaying) { // else its end does
      fold.republishAll(out);
    }
  }

  /** Hands what changed to the checkpoint writer, unless it is still busy with the last. */
  void checkpoint() {
    if (!replaying && checkpoints.idle()) {
      checkpoints.write(fold.snapshotChanged(), fold.takeEnded(), nextOffset);
    }
  }

  /**
   * Leaves the partition, with a last checkpoint where its state can be trusted, so that the next
   * owner has little to replay. Where another owns it by now, that is fenced.
   */
  @Override
  public void close() {
    if (whole && !replaying && checkpointEnds()) {
      try {
        checkpoints.write(fold.snapshotChanged(), fold.takeEnded(), nextOffset);
      } catch (KafkaException e) {
        LOG.debug("No last checkpoint: {}", e.getMessage());
      }
    }
    checkpoints.close();
  }

  /** Waits for the checkpoint that is being written: the next one builds on it. */
  private boolean checkpointEnds() {
    long deadline = System.nanoTime() + LAST_NANOS_MAX;
    while (!checkpoints.idle() && System.nanoTime() < deadline) {
      LockSupport.parkNanos(LOOK_NANOS);
    }
    return checkpoints.idle();
  }

  /** The newest checkpoint of a partition, while it is read. */
  private static final class Stored {

    private final Codec codec;
    private final Map<String, BlockCheckpoint> heads = new TreeMap<>();
    private final Map<String, ByteBuffer> vectors = new HashMap<>();
    private final Set<String> keys = new HashSet<>();
    private long cursor;

    Stored(Codec codec) {
      this.codec = codec;
    }

    void accept(ConsumerRecord<String, ByteBuffer> record) {
      if (record.value() == null) {
        keys.remove(record.key());
        heads.remove(record.key());
        vectors.remove(record.key());
        return;
      }
      if (!(codec.decode(CheckpointRecord.class, record.value())
          instanceof Decoded.Message<CheckpointRecord>(var checkpoint))) {
        // Where only its schema is missing, that is on its way here.
        throw new KafkaException("Checkpoint " + record.key() + " can't be read");
      }
      keys.add(record.key());
      switch (checkpoint.entry()) {
        case BlockCheckpoint head -> heads.put(record.key(), head);
        case VectorCheckpoint vector -> vectors.put(record.key(), verified(vector));
        case FoldCursor at -> cursor = at.nextOffset();
      }
    }

    private static ByteBuffer verified(VectorCheckpoint vector) {
      if (Vectors.crc32c(vector.payload()) != vector.crc()) {
        throw new IllegalStateException(
            "The checkpoint of %s/%d has a wrong checksum in %s"
                .formatted(vector.jobId(), vector.block(), vector.vector()));
      }
      return vector.payload();
    }

    Set<BlockSnapshot> blocks() {
      var blocks = new HashSet<BlockSnapshot>();
      heads.forEach(
          (key, head) -> {
            var values = new TreeMap<String, float[]>();
            for (var name : head.vectors()) {
              var payload = vectors.get(key + "/" + name);
              if (payload == null) {
                throw new IllegalStateException("The checkpoint of " + key + " lacks " + name);
              }
              values.put(name, Vectors.floats(payload));
            }
            blocks.add(new BlockSnapshot(head, values));
          });
      return blocks;
    }

    Set<String> keys() {
      return keys;
    }
  }
}
