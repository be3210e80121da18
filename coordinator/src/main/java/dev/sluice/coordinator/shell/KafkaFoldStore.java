package dev.sluice.coordinator.shell;

import dev.sluice.coordinator.fold.Retention;
import dev.sluice.coordinator.runtime.FoldStore;
import dev.sluice.platform.kafka.KafkaSettings;
import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.codec.SchemaWait;
import dev.sluice.schemas.topics.Groups;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.CheckpointRecord;
import dev.sluice.schemas.wire.FoldCursor;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A fold partition's checkpoints, and the bounds of its gradient log. */
final class KafkaFoldStore implements FoldStore {

  private static final Logger LOG = LoggerFactory.getLogger(KafkaFoldStore.class);

  private static final Duration SETTLE_MAX = Duration.ofSeconds(2);

  private final int partition;
  private final TopicPartition log;
  private final KafkaSettings kafka;
  private final Codec codec;
  private final SchemaWait schemas;
  private final Logs logs;
  private final long auditBytes;
  private final CheckpointWriter.Surroundings surroundings;
  private final Producer<String, byte[]> producer;
  private final TopicTail.Progress progress = new TopicTail.Progress();
  private Set<String> keys = Set.of();
  private @Nullable CheckpointWriter writer;

  /**
   * @param schemas how long records wait for their schemas; of this partition alone
   * @param auditBytes bytes of the gradient log that stay for audits
   * @param surroundings the rest of its partition
   */
  KafkaFoldStore(
      int partition,
      KafkaSettings kafka,
      Codec codec,
      SchemaWait schemas,
      Logs logs,
      long auditBytes,
      CheckpointWriter.Surroundings surroundings) {
    this.partition = partition;
    this.kafka = kafka;
    this.codec = codec;
    this.schemas = schemas;
    this.logs = logs;
    this.auditBytes = auditBytes;
    this.surroundings = surroundings;
    log = new TopicPartition(Topic.GRADIENTS.topicName(), partition);
    producer =
        Brokers.ask(
            () ->
                new KafkaProducer<>(
                    kafka.transactionalProducer(
                        Groups.transactionalId(Groups.FOLD, partition),
                        KafkaSettings.CHECKPOINT_TRANSACTION_MS_MAX)));
  }

  @Override
  public void fence() {
    Brokers.tell(producer::initTransactions);
  }

  @Override
  public Stored load() {
    return Brokers.ask(this::read);
  }

  private Stored read() {
    var stored = new StoredCheckpoint(codec, schemas);
    var checkpoints = new TopicPartition(Topic.CHECKPOINTS.topicName(), partition);
    TopicTail.readAll(
        kafka.committedScan(), checkpoints, logs.written(checkpoints), progress, stored::read);
    boolean damaged =
        stored.overwritten(TimeUnit.NANOSECONDS.toMillis(System.nanoTime()))
            || !stored.lostJobs().isEmpty();
    keys = stored.keys();
    // Not before: until it was fenced, the owner before could store a cursor beyond this end.
    var bounds = logs.bounds(log);
    LOG.info(
        "Fold partition {} taken over: offsets {} to {} to replay.",
        partition,
        stored.cursor().nextOffset(),
        bounds.end());
    return new Stored(
        stored.blocks(),
        stored.cursor(),
        bounds.beginning(),
        bounds.end(),
        damaged ? new Damage(stored.letters(), stored.lostJobs(), stored.loss()) : null);
  }

  @Override
  public String progress() {
    return progress.toString();
  }

  @Override
  public void confirm(FoldCursor at) {
    var record =
        new ProducerRecord<>(
            Topic.CHECKPOINTS.topicName(),
            partition,
            CheckpointWriter.CURSOR,
            codec.encode(new CheckpointRecord(at)));
    Brokers.tell(
        () -> {
          producer.beginTransaction();
          var _ = producer.send(record); // where that fails, so does the commit
          producer.commitTransaction();
        });
  }

  @Override
  public void resume(FoldCursor from, @Nullable Cause loss) {
    if (loss != null) {
      LOG.error("{}: {} {}", loss.where(), loss.why(), loss.mend());
    }
    var retention = Retention.resumed(auditBytes, from);
    writer = new CheckpointWriter(partition, codec, producer, surroundings, retention);
    writer.knows(keys);
  }

  private CheckpointWriter writer() {
    var open = writer;
    if (open == null) {
      throw new IllegalStateException("no checkpoint before the fold is resumed");
    }
    return open;
  }

  @Override
  public long beginning() {
    return Brokers.ask(() -> logs.bounds(log)).beginning();
  }

  @Override
  public boolean idle() {
    return writer().idle();
  }

  @Override
  public boolean anchorDue(long foldedBytes) {
    return writer().anchorDue(foldedBytes);
  }

  @Override
  public void write(Checkpoint checkpoint) {
    writer().write(checkpoint);
  }

  @Override
  public boolean settle() {
    return writer().settle(SETTLE_MAX);
  }

  @Override
  public void close() {
    var open = writer;
    if (open != null) {
      open.close();
    } else {
      Brokers.close(producer, Duration.ZERO);
    }
  }
}
