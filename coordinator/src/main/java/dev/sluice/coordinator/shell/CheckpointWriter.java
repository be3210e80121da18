package dev.sluice.coordinator.shell;

import dev.sluice.coordinator.fold.BlockSnapshot;
import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.codec.Vectors;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.CheckpointRecord;
import dev.sluice.schemas.wire.FoldCursor;
import dev.sluice.schemas.wire.VectorCheckpoint;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes a partition's checkpoints, off the path of its steps: all blocks that changed and the
 * cursor in one transaction, whose id fences every other owner. Only after its commit is the log
 * trimmed, so what is trimmed is never needed again.
 */
final class CheckpointWriter implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(CheckpointWriter.class);
  private static final Duration CLOSE_MAX = Duration.ofSeconds(5);

  /** What a checkpoint has to do with the rest of its partition. */
  interface Surroundings {

    /** Waits until all that was said of the partition is stored; throws where it could not be. */
    void settle(int partition);

    /** Removes what the partition's log holds before an offset. */
    void trim(int partition, long gradientsBefore);
  }

  private final int partition;
  private final Codec codec;
  private final KafkaProducer<String, byte[]> producer;
  private final Surroundings surroundings;
  private final Set<String> stored = new HashSet<>();
  private final ExecutorService executor;
  private @Nullable Future<?> last;
  private volatile boolean broken;

  CheckpointWriter(
      int partition,
      Codec codec,
      KafkaProducer<String, byte[]> producer,
      Surroundings surroundings) {
    this.partition = partition;
    this.codec = codec;
    this.producer = producer;
    this.surroundings = surroundings;
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

  /**
   * Begins to write a checkpoint.
   *
   * @param blocks blocks that changed
   * @param ended jobs whose blocks are gone
   * @param nextOffset offset of the gradient log that the checkpoint stands for
   */
  void write(List<BlockSnapshot> blocks, Set<String> ended, long nextOffset) {
    if (broken) {
      throw new KafkaException("Checkpoints of fold partition " + partition + " can't be written");
    }
    if (!blocks.isEmpty() || !ended.isEmpty()) {
      last = executor.submit(() -> transact(blocks, ended, nextOffset));
    }
  }

  private void transact(List<BlockSnapshot> blocks, Set<String> ended, long nextOffset) {
    try {
      surroundings.settle(partition);
      producer.beginTransaction();
      ended.forEach(this::removeJob);
      blocks.forEach(this::writeBlock);
      send("cursor", new CheckpointRecord(new FoldCursor(nextOffset)));
      producer.commitTransaction();
      surroundings.trim(partition, nextOffset);
    } catch (RuntimeException e) {
      // Blocks that this checkpoint held count as written: only a fresh takeover is right now.
      broken = true;
      LOG.warn("A checkpoint of fold partition {} failed: {}", partition, e.getMessage());
    }
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
              var payload = Vectors.bytes(values);
              var vector =
                  new VectorCheckpoint(
                      head.jobId(), head.block(), name, Vectors.crc32c(payload), payload);
              fresh.add(key + "/" + name);
              send(key + "/" + name, new CheckpointRecord(vector));
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
    send(new ProducerRecord<>(Topic.CHECKPOINTS.topicName(), partition, key, codec.encode(record)));
  }

  private void remove(String key) {
    stored.remove(key);
    send(new ProducerRecord<>(Topic.CHECKPOINTS.topicName(), partition, key, null));
  }

  /** A failed send fails the commit: nothing more to do with its future. */
  @SuppressWarnings("FutureReturnValueIgnored")
  private void send(ProducerRecord<String, byte @Nullable []> record) {
    producer.send(record);
  }

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
    producer.close(CLOSE_MAX);
  }
}
