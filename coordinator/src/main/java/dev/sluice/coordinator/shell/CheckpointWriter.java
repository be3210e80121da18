package dev.sluice.coordinator.shell;

import dev.sluice.coordinator.fold.Retention;
import dev.sluice.coordinator.runtime.FoldStore;
import dev.sluice.coordinator.runtime.Unavailable;
import dev.sluice.fold.BlockSnapshot;
import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.codec.Vectors;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.BlockCheckpoint;
import dev.sluice.schemas.wire.CheckpointRecord;
import dev.sluice.schemas.wire.FoldCursor;
import dev.sluice.schemas.wire.FoldMark;
import dev.sluice.schemas.wire.VectorCheckpoint;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes a partition's checkpoints, off the path of its steps: all blocks that changed and the
 * cursor in one transaction, whose id fences every other owner. Only after its commit is the log
 * trimmed, so what is trimmed is never needed again. Now and then the same transaction holds an
 * anchor, which {@link Retention} tells of.
 */
final class CheckpointWriter implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(CheckpointWriter.class);
  private static final Duration CLOSE_MAX = Duration.ofSeconds(5);

  /** Key of the record that says how far the fold was. */
  static final String CURSOR = "cursor";

  /** What a checkpoint has to do with the rest of its partition. */
  interface Surroundings {

    /** Waits until all that was said of the partition is stored; throws where it could not be. */
    void settle();

    /**
     * Removes what the partition's logs no longer need.
     *
     * @param gradientsBefore end of what goes of the gradients
     * @param anchorsBefore the same of the anchors; -1: all
     * @param checkpointsBefore the same of the checkpoints; 0: nothing
     */
    void trim(long gradientsBefore, long anchorsBefore, long checkpointsBefore);
  }

  private final int partition;
  private final Codec codec;
  private final Producer<String, byte[]> producer;
  private final Surroundings surroundings;
  private final Set<String> stored = new HashSet<>();

  /** Keys that the transaction in hand has written, and where it began. */
  private final Set<String> written = new HashSet<>();

  private @Nullable Future<RecordMetadata> first;
  private final ExecutorService executor;
  private @Nullable Future<?> last;
  private volatile boolean broken;
  private volatile Retention retention;

  CheckpointWriter(
      int partition,
      Codec codec,
      Producer<String, byte[]> producer,
      Surroundings surroundings,
      Retention retention) {
    this.partition = partition;
    this.codec = codec;
    this.producer = producer;
    this.surroundings = surroundings;
    this.retention = retention;
    executor =
        Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("checkpoint-" + partition).factory());
  }

  /** Keys that the topic holds, from recovery. */
  void knows(Set<String> keys) {
    stored.addAll(keys);
  }

  /** Whether the last checkpoint is done, so that another may begin. At most one is in flight. */
  boolean idle() {
    return last == null || last.isDone();
  }

  /** Whether the next checkpoint is to be an anchor. */
  boolean anchorDue(long foldedBytes) {
    return retention.anchorDue(foldedBytes);
  }

  /** Begins to write a checkpoint. */
  void write(FoldStore.Checkpoint checkpoint) {
    if (broken) {
      throw new Unavailable("checkpoints of fold partition " + partition + " can't be written");
    }
    last = executor.submit(() -> transact(checkpoint));
  }

  private void transact(FoldStore.Checkpoint checkpoint) {
    if (broken) { // by the one before: this one builds on it
      return;
    }
    var at = checkpoint.cursor();
    try {
      surroundings.settle();
      written.clear();
      first = null;
      producer.beginTransaction();
      checkpoint.ended().forEach(this::removeJob);
      checkpoint.blocks().forEach(this::writeBlock);
      var kept = retention;
      if (checkpoint.anchor()) {
        long offset = writeAnchor(at, kept.anchor(checkpoint.blocks()));
        kept = kept.with(new FoldMark(at.nextOffset(), at.foldedBytes(), offset));
      }
      kept = kept.at(at.foldedBytes());
      var cursor =
          new FoldCursor(at.nextOffset(), at.leaderEpoch(), at.foldedBytes(), kept.marks());
      send(CURSOR, new CheckpointRecord(cursor));
      producer.commitTransaction();
      retention = kept;
      surroundings.trim(kept.logFrom(at.nextOffset()), kept.anchorsFrom(), supersededBefore());
    } catch (InterruptedException | ExecutionException | RuntimeException e) {
      // Blocks that this checkpoint held count as written: only a fresh takeover is right now.
      broken = true;
      LOG.warn("A checkpoint of fold partition {} failed: {}", partition, e.getMessage());
    }
  }

  /** Where a checkpoint holds all that is stored, nothing before it is needed any more. */
  private long supersededBefore() throws InterruptedException, ExecutionException {
    var begin = first;
    return begin != null && written.containsAll(stored) ? begin.get().offset() : 0;
  }

  /**
   * Writes where the fold is, then all blocks, each followed by its vectors.
   *
   * @return offset of the anchor's first record
   */
  private long writeAnchor(FoldCursor at, List<BlockSnapshot> blocks)
      throws InterruptedException, ExecutionException {
    var first = producer.send(anchored(CURSOR, new CheckpointRecord(at)));
    for (var block : blocks) {
      var head = block.head();
      var key = Topic.blockKey(head.jobId(), head.block());
      send(anchored(key, new CheckpointRecord(head)));
      block
          .vectors()
          .forEach(
              (name, values) ->
                  send(
                      anchored(
                          key + "/" + name, new CheckpointRecord(vector(head, name, values)))));
    }
    return first.get().offset();
  }

  private ProducerRecord<String, byte @Nullable []> anchored(String key, CheckpointRecord record) {
    return new ProducerRecord<>(Topic.ANCHORS.topicName(), partition, key, codec.encode(record));
  }

  private static VectorCheckpoint vector(BlockCheckpoint head, String name, float[] values) {
    var payload = Vectors.bytes(values);
    return new VectorCheckpoint(head.jobId(), head.block(), name, Vectors.crc32c(payload), payload);
  }

  private void removeJob(String jobId) {
    for (var key : List.copyOf(stored)) {
      if (key.startsWith(jobId + "/")) {
        remove(key);
      }
    }
  }

  private void writeBlock(BlockSnapshot block) {
    var head = block.head();
    var key = Topic.blockKey(head.jobId(), head.block());
    var fresh = new HashSet<String>();
    block
        .vectors()
        .forEach(
            (name, values) -> {
              fresh.add(key + "/" + name);
              send(key + "/" + name, new CheckpointRecord(vector(head, name, values)));
            });
    for (var old : List.copyOf(stored)) {
      if (old.startsWith(key + "/") && !fresh.contains(old)) {
        remove(old);
      }
    }
    send(key, new CheckpointRecord(head));
  }

  private void send(String key, CheckpointRecord record) {
    stored.add(key);
    written.add(key);
    store(key, codec.encode(record));
  }

  private void remove(String key) {
    stored.remove(key);
    store(key, null);
  }

  private void store(String key, byte @Nullable [] value) {
    var sent =
        producer.send(new ProducerRecord<>(Topic.CHECKPOINTS.topicName(), partition, key, value));
    if (first == null) {
      first = sent;
    }
  }

  /** A failed send fails the commit: nothing more to do with its future. */
  @SuppressWarnings("FutureReturnValueIgnored")
  private void send(ProducerRecord<String, byte @Nullable []> record) {
    producer.send(record);
  }

  /** Waits for the checkpoint that is being written; whether it is done. */
  boolean settle(Duration longest) {
    var writing = last;
    if (writing == null) {
      return true;
    }
    try {
      writing.get(longest.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (ExecutionException | TimeoutException e) {
      LOG.debug("The last checkpoint is not done: {}", e.toString());
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Ends what is being written, within a bound. */
  @Override
  public void close() {
    executor.shutdown();
    try {
      if (!executor.awaitTermination(CLOSE_MAX.toSeconds(), TimeUnit.SECONDS)) {
        LOG.warn("A checkpoint of fold partition {} did not end in time.", partition);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Brokers.close(producer, CLOSE_MAX);
  }
}
