package dev.sluice.coordinator.shell;

import dev.sluice.coordinator.fold.FoldOutput;
import dev.sluice.coordinator.fold.PartitionFold;
import dev.sluice.coordinator.fold.Resumption;
import dev.sluice.coordinator.fold.Retention;
import dev.sluice.coordinator.fold.Stragglers;
import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.codec.Decoded;
import dev.sluice.schemas.codec.SchemaWait;
import dev.sluice.schemas.job.Names;
import dev.sluice.schemas.kafka.KafkaSettings;
import dev.sluice.schemas.kafka.Unread;
import dev.sluice.schemas.topics.Groups;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Contribution;
import dev.sluice.schemas.wire.FoldCursor;
import dev.sluice.schemas.wire.FoldFailed;
import dev.sluice.schemas.wire.GradientRecord;
import dev.sluice.schemas.wire.ShardsLate;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
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
 * are current at its end; they are byte-identical to what the owner before published. Where the log
 * has lost what was not folded yet, the jobs that it concerns fail with that cause.
 */
final class FoldPartition implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(FoldPartition.class);
  private static final long LAST_NANOS_MAX = TimeUnit.SECONDS.toNanos(2);
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  /** Most jobs remembered as failed after a loss; more are told again. */
  private static final int LOST_MAX = 10_000;

  /** About what the log adds to a record's key and value, in bytes. */
  private static final int RECORD_OVERHEAD_BYTES = 80;

  /** The leader epoch is not known. */
  static final int NO_EPOCH = -1;

  private final Codec codec;
  private final PartitionFold fold;
  private final CheckpointWriter checkpoints;
  private final Stragglers stragglers;
  private final SchemaWait schemas;
  private final long replayUntil;
  private final @Nullable Cause loss;
  private final Set<String> lost = new HashSet<>();
  private long nextOffset;
  private int leaderEpoch;
  private long foldedBytes;
  private @Nullable StoredCheckpoint overwritten;
  private boolean replaying = true;
  private boolean whole = true;

  private FoldPartition(
      Codec codec,
      PartitionFold fold,
      CheckpointWriter checkpoints,
      CoordinatorConfig config,
      SchemaWait schemas,
      Resumption resumption,
      FoldCursor at,
      long replayUntil,
      @Nullable StoredCheckpoint overwritten) {
    this.codec = codec;
    this.fold = fold;
    this.checkpoints = checkpoints;
    stragglers = new Stragglers(config.stragglerFactor(), config.stragglerMs());
    this.schemas = schemas;
    this.overwritten = overwritten;
    this.replayUntil = replayUntil;
    loss = resumption.loss();
    nextOffset = resumption.nextOffset();
    leaderEpoch = loss == null ? at.leaderEpoch() : NO_EPOCH;
    foldedBytes = at.foldedBytes();
  }

  /**
   * Takes a partition over. This and {@link #close} may run on any thread, one at a time.
   *
   * @param config what counts as late, and what stays for audits
   * @param schemas how long records wait for their schemas; of this partition alone
   * @param same end of what is still the log that was folded; {@link Long#MAX_VALUE} where nothing
   *     else is known
   */
  static FoldPartition takeOver(
      int partition,
      int partitions,
      KafkaSettings kafka,
      Codec codec,
      CheckpointWriter.Surroundings surroundings,
      CoordinatorConfig config,
      SchemaWait schemas,
      Admin admin,
      long same) {
    var source = new TopicPartition(Topic.GRADIENTS.topicName(), partition);
    var fold = new PartitionFold(partition, partitions);
    var stored = new StoredCheckpoint(codec, schemas);
    var producer =
        new KafkaProducer<String, byte[]>(
            kafka.transactionalProducer(
                Groups.transactionalId(Groups.FOLD, partition),
                KafkaSettings.CHECKPOINT_TRANSACTION_MS_MAX));
    LogBounds log;
    boolean overwritten;
    try {
      producer.initTransactions();
      TopicTail.read(
          kafka.committedScan(),
          new TopicPartition(Topic.CHECKPOINTS.topicName(), partition),
          stored::read);
      overwritten = stored.overwritten(TimeUnit.NANOSECONDS.toMillis(System.nanoTime()));
      stored.blocks().forEach(fold::restore);
      // Not before: until it was fenced, the owner before could store a cursor beyond this end.
      log = LogBounds.now(admin, source);
    } catch (RuntimeException e) {
      producer.close(Duration.ZERO);
      throw e;
    }
    var at = stored.cursor();
    var resumption =
        Resumption.of(
            source.toString(), at.nextOffset(), log.beginning(), Math.min(log.end(), same));
    // Marks are places in the log that was; after a loss they count from the one that is.
    var marked =
        resumption.loss() == null
            ? at
            : new FoldCursor(resumption.nextOffset(), NO_EPOCH, at.foldedBytes(), List.of());
    var checkpoints =
        new CheckpointWriter(
            partition,
            codec,
            producer,
            surroundings,
            Retention.resumed(config.auditBytes(), marked));
    checkpoints.knows(stored.keys());
    LOG.info(
        "Fold partition {} taken over: jobs {}, offsets {} to {} to replay.",
        partition,
        fold.jobs(),
        resumption.nextOffset(),
        log.end());
    return new FoldPartition(
        codec,
        fold,
        checkpoints,
        config,
        schemas,
        resumption,
        at,
        log.end(),
        overwritten ? stored : null);
  }

  /**
   * Before the first record: gives up what needs records that the log no longer holds.
   *
   * @param out told what is lost
   */
  void giveUpWhatIsLost(Consumer<FoldOutput> out) {
    if (loss != null) {
      LOG.error("{}: {} {}", loss.where(), loss.why(), loss.mend());
      lost.addAll(fold.jobs());
      fold.abandon(loss, out);
    }
  }

  /**
   * Before the first record: says what other programs have written over the checkpoint, and gives
   * up the jobs of which too little is left.
   *
   * @param unreadable told of their records
   * @param out told what is lost
   */
  void tellOverwritten(
      BiConsumer<ConsumerRecord<String, ByteBuffer>, Unread> unreadable, Consumer<FoldOutput> out) {
    if (overwritten != null) {
      overwritten.tellForeign(unreadable);
      for (var jobId : overwritten.lostJobs()) {
        out.accept(
            new FoldOutput.Failure(
                new FoldFailed(jobId, PartitionFold.UNKNOWN_STEP, overwritten.loss())));
      }
    }
  }

  /** A job whose beginning is among what is lost would wait for ever. */
  private void giveUpWhatNeverBegan(GradientRecord record, Consumer<FoldOutput> out) {
    if (loss != null
        && record.entry() instanceof Contribution contribution
        && Names.isJobId(record.jobId())
        && !fold.jobs().contains(record.jobId())) {
      if (lost.size() >= LOST_MAX) {
        lost.clear();
      }
      if (lost.add(record.jobId())) {
        out.accept(
            new FoldOutput.Failure(new FoldFailed(record.jobId(), contribution.step(), loss)));
      }
    }
  }

  /** Offset of the next record to fold. */
  long nextOffset() {
    return nextOffset;
  }

  /** The same, with what shows whether the log before it is still the one that was folded. */
  OffsetAndMetadata position() {
    return new OffsetAndMetadata(
        nextOffset, leaderEpoch < 0 ? Optional.empty() : Optional.of(leaderEpoch), "");
  }

  /** Notes that the brokers' clock has come so far: the append time of any record. */
  void heard(long appendedMs) {
    schemas.heard(appendedMs);
  }

  /**
   * Folds one record.
   *
   * @param nowMs the time, for stragglers and waits only
   * @param out told what follows
   * @param unreadable told of a record that can't be read, and why
   * @return what it waits for, or null where it was folded or passed over
   */
  SchemaWait.@Nullable Waiting fold(
      ConsumerRecord<String, ByteBuffer> record,
      long nowMs,
      Consumer<FoldOutput> out,
      BiConsumer<ConsumerRecord<String, ByteBuffer>, Unread> unreadable) {
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
        giveUpWhatNeverBegan(gradient, kept);
        whole = false;
        fold.apply(gradient, kept);
        whole = true;
      }
      case Decoded.UnknownSchema<GradientRecord>(long fingerprint) -> {
        var waiting = schemas.of(fingerprint, record.timestamp(), nowMs);
        if (waiting.isPresent()) {
          nextOffset = record.offset(); // before it may stand the end of a transaction
          return waiting.get();
        }
        // No bit depends on it: who sent it sends it again, or its job fails, with a cause.
        unreadable.accept(record, Unread.unknownSchema(fingerprint));
      }
      case Decoded.Malformed<GradientRecord>(String why) ->
          unreadable.accept(record, Unread.because(why));
    }
    nextOffset = record.offset() + 1;
    leaderEpoch = record.leaderEpoch().orElse(NO_EPOCH);
    foldedBytes +=
        RECORD_OVERHEAD_BYTES
            + Math.max(0, record.serializedKeySize())
            + Math.max(0, record.serializedValueSize());
    return null;
  }

  /** Everything before an offset was given to {@link #fold}, or is no record of ours. */
  void read(OffsetAndMetadata upTo) {
    nextOffset = upTo.offset();
    leaderEpoch = upTo.leaderEpoch().orElse(NO_EPOCH);
  }

  /** After each batch: ends the replay once the log's end of then is reached. */
  void reached(long nowMs, Consumer<FoldOutput> out) {
    if (replaying && nextOffset >= replayUntil) {
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
      if (output instanceof FoldOutput.Publish(var block, _)) {
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

  /** Whether so much was folded that the next checkpoint should not wait. */
  boolean anchorDue() {
    return !replaying && checkpoints.idle() && checkpoints.anchorDue(foldedBytes);
  }

  /** Hands what changed to the checkpoint writer, unless it is still busy with the last. */
  void checkpoint() {
    if (replaying || !checkpoints.idle()) {
      return;
    }
    boolean anchor = checkpoints.anchorDue(foldedBytes);
    var ended = new HashSet<>(fold.takeEnded());
    boolean all = anchor;
    if (overwritten != null) {
      ended.addAll(overwritten.lostJobs());
      overwritten = null;
      all = true;
    }
    checkpoints.write(
        new CheckpointWriter.Checkpoint(
            all ? fold.snapshotAll() : fold.snapshotChanged(), ended, cursor(), anchor));
  }

  private FoldCursor cursor() {
    return new FoldCursor(nextOffset, leaderEpoch, foldedBytes, List.of());
  }

  /**
   * Leaves the partition, with a last checkpoint where its state can be trusted, so that the next
   * owner has little to replay. Where another owns it by now, that is fenced.
   */
  @Override
  public void close() {
    if (whole && !replaying && checkpointEnds()) {
      try {
        checkpoints.write(
            new CheckpointWriter.Checkpoint(
                fold.snapshotChanged(), fold.takeEnded(), cursor(), false));
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
}
