package dev.sluice.coordinator.shell;

import dev.sluice.coordinator.fold.FoldOutput;
import dev.sluice.coordinator.fold.Stragglers;
import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.kafka.DeadLetters;
import dev.sluice.schemas.kafka.KafkaSettings;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.DeadLetter;
import dev.sluice.schemas.wire.Fault;
import dev.sluice.schemas.wire.JobEvent;
import dev.sluice.schemas.wire.JobRecord;
import dev.sluice.schemas.wire.ParameterBlock;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs the fold partitions that this process owns, on one thread. */
final class FoldService implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(FoldService.class);

  /** Consumer group that spreads the partitions over coordinators; its lag is the fold's. */
  static final String GROUP = "sluice-fold";

  private static final Duration POLL = Duration.ofMillis(100);

  /** What is folded counts as waiting for no longer than this. */
  private static final long LAG_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

  /** How often late shards are looked for. */
  private static final long LOOK_MS = 50;

  private final CoordinatorConfig config;
  private final KafkaSettings kafka;
  private final Codec codec;
  private final String origin;
  private final int partitions;
  private final Admin admin;
  private final Map<Integer, FoldPartition> owned = new TreeMap<>();
  private final Map<Integer, Long> parametersTrim = new ConcurrentHashMap<>();
  private final Map<String, Long> progressToldNanos = new HashMap<>();
  private final Set<TopicPartition> waiting = new HashSet<>();
  private final Set<TopicPartition> orphans = new HashSet<>();
  private final KafkaConsumer<String, ByteBuffer> consumer;
  private final KafkaProducer<String, byte[]> parameters;
  private final FoldReports reports;
  private final Map<Integer, Long> publishedOffsets = new ConcurrentHashMap<>();
  private final Set<Integer> unpublished = ConcurrentHashMap.newKeySet();
  private final Runnable onFailure;
  private final Thread thread;
  private volatile boolean closed;
  private long checkpointedNanos = System.nanoTime();
  private long committedNanos = System.nanoTime();
  private long lookedMs;

  FoldService(
      CoordinatorConfig config,
      KafkaSettings kafka,
      Codec codec,
      String origin,
      Admin admin,
      int partitions,
      int sessionMs,
      Runnable onFailure) {
    this.config = config;
    this.kafka = kafka;
    this.codec = codec;
    this.origin = origin;
    this.admin = admin;
    this.partitions = partitions;
    this.onFailure = onFailure;
    consumer = new KafkaConsumer<>(kafka.groupReader(GROUP, origin, sessionMs));
    parameters = new KafkaProducer<>(kafka.bulkProducer());
    reports = new FoldReports(new KafkaProducer<>(kafka.controlProducer()));
    thread = Thread.ofPlatform().name("fold").unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  private void run() {
    try {
      consumer.subscribe(List.of(Topic.GRADIENTS.topicName()), new Ownership());
      while (!closed) {
        fold();
        lookForStragglers();
        checkpoint();
        commitLag();
      }
    } catch (WakeupException e) {
      LOG.debug("Woken to stop.");
    } catch (RuntimeException e) {
      // The log holds everything; a coordinator that starts anew goes on from there.
      LOG.error("The fold stops: {}", e.getMessage(), e);
      onFailure.run();
    } finally {
      owned.values().forEach(FoldPartition::close);
      consumer.close();
      parameters.close(Duration.ofSeconds(2));
      reports.close();
    }
  }

  private void fold() {
    var records = consumer.poll(POLL);
    long nowMs = nowMs();
    for (var source : records.partitions()) {
      var partition = owned.get(source.partition());
      if (partition == null) {
        continue;
      }
      Long unknown = null;
      for (var record : records.records(source)) {
        unknown =
            partition.fold(
                record, nowMs, output -> carryOut(source.partition(), output), this::bury);
        if (unknown != null) {
          pause(source, partition, unknown);
          break;
        }
      }
    }
    for (var entry : owned.entrySet()) {
      if (unpublished.remove(entry.getKey())) {
        entry.getValue().republish(output -> carryOut(entry.getKey(), output));
      }
      var source = source(entry.getKey());
      if (!waiting.contains(source)) {
        entry
            .getValue()
            .reached(consumer.position(source), nowMs, output -> carryOut(entry.getKey(), output));
      }
    }
  }

  /** Where the log was read to its end: what waits there to be folded is not late. */
  private void lookForStragglers() {
    long nowMs = nowMs();
    if (nowMs - lookedMs < LOOK_MS) {
      return;
    }
    lookedMs = nowMs;
    for (var entry : owned.entrySet()) {
      if (consumer.currentLag(source(entry.getKey())).orElse(1) == 0) {
        entry.getValue().late(nowMs).forEach(late -> report(entry.getKey(), late.jobId(), late));
      }
    }
  }

  private static long nowMs() {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
  }

  private void pause(TopicPartition source, FoldPartition partition, long fingerprint) {
    LOG.warn(
        "{} waits at offset {} for schema {}, which {} does not hold yet.",
        source,
        partition.nextOffset(),
        Long.toHexString(fingerprint),
        Topic.SCHEMAS.topicName());
    consumer.seek(source, partition.nextOffset());
    consumer.pause(Set.of(source));
    waiting.add(source);
  }

  private void carryOut(int partition, FoldOutput output) {
    switch (output) {
      case FoldOutput.Publish(var block) -> publish(partition, block);
      case FoldOutput.Progress(var report, boolean milestone) -> {
        long now = System.nanoTime();
        var told = progressToldNanos.get(report.jobId());
        if (milestone
            || told == null
            || now - told > TimeUnit.MILLISECONDS.toNanos(config.progressMs())) {
          progressToldNanos.put(report.jobId(), now);
          report(partition, report.jobId(), report);
        }
      }
      case FoldOutput.Failure(var report) -> report(partition, report.jobId(), report);
      case FoldOutput.Rejected(var jobId, var cause) -> {
        LOG.warn("{}: {} {}", cause.where(), cause.what(), cause.why());
        var letter =
            new DeadLetter(cause, jobId, Topic.GRADIENTS.topicName(), partition, -1, null, null);
        reports.send(partition, DeadLetters.record(letter, codec));
      }
    }
  }

  private void bury(ConsumerRecord<String, ByteBuffer> record, String why) {
    var place = DeadLetters.place(record);
    LOG.warn("{} goes to the dead letters: {}", place, why);
    var cause =
        new Cause(
            Fault.BAD_INPUT,
            place,
            "A record can't be read.",
            why,
            "Only workers and coordinators write here, as sluice.avdl has it.");
    reports.send(record.partition(), DeadLetters.record(DeadLetters.of(record, "", cause), codec));
  }

  /** Everyone waits for a block that is lost on its way, so it is published again. */
  @SuppressWarnings("FutureReturnValueIgnored")
  private void publish(int partition, ParameterBlock block) {
    parameters.send(
        new ProducerRecord<>(
            Topic.PARAMETERS.topicName(),
            partition,
            Topic.blockKey(block.jobId(), block.block()),
            codec.encode(block)),
        (metadata, failure) -> {
          if (failure == null) {
            publishedOffsets.merge(partition, metadata.offset(), Math::max);
          } else {
            LOG.warn("A block of {} was not published: {}", block.jobId(), failure.getMessage());
            unpublished.add(partition);
          }
        });
  }

  private void report(int partition, String jobId, JobEvent event) {
    reports.send(
        partition,
        new ProducerRecord<>(
            Topic.JOBS.topicName(), jobId, codec.encode(new JobRecord(origin, event))));
  }

  private void checkpoint() {
    long now = System.nanoTime();
    if (now - checkpointedNanos < TimeUnit.MILLISECONDS.toNanos(config.checkpointMs())) {
      return;
    }
    checkpointedNanos = now;
    orphans.retainAll(consumer.assignment());
    List.copyOf(orphans).forEach(this::takeOver);
    for (var entry : Map.copyOf(owned).entrySet()) {
      try {
        entry.getValue().checkpoint();
      } catch (KafkaException e) {
        LOG.warn("Fold partition {} is taken over again: {}", entry.getKey(), e.getMessage());
        release(entry.getKey());
        takeOver(source(entry.getKey()));
      }
    }
    waiting.retainAll(consumer.assignment());
    consumer.resume(waiting);
    waiting.clear();
  }

  /** For lag only: takeover reads the cursor of the checkpoint. */
  private void commitLag() {
    long now = System.nanoTime();
    if (now - committedNanos < LAG_NANOS) {
      return;
    }
    committedNanos = now;
    var offsets = new HashMap<TopicPartition, OffsetAndMetadata>();
    owned.forEach(
        (partition, fold) ->
            offsets.put(source(partition), new OffsetAndMetadata(fold.nextOffset())));
    consumer.commitAsync(
        offsets,
        (committed, failure) -> {
          if (failure != null) {
            LOG.debug("Lag is not up to date: {}", failure.getMessage());
          }
        });
  }

  /**
   * Removes gradients that are folded and checkpointed, and parameters that were published before
   * the checkpoint before: whoever still lacks one of those asks for the current ones.
   */
  private void trim(int partition, long gradientsBefore) {
    var deletions = new HashMap<TopicPartition, RecordsToDelete>();
    deletions.put(source(partition), RecordsToDelete.beforeOffset(gradientsBefore));
    var parametersBefore = parametersTrim.get(partition);
    if (parametersBefore != null) {
      deletions.put(
          new TopicPartition(Topic.PARAMETERS.topicName(), partition),
          RecordsToDelete.beforeOffset(parametersBefore));
    }
    var published = publishedOffsets.get(partition);
    if (published != null) {
      parametersTrim.put(partition, published);
    }
    var _ =
        admin
            .deleteRecords(deletions)
            .all()
            .whenComplete(
                (done, failure) -> {
                  if (failure != null) {
                    LOG.warn("Partition {} was not trimmed: {}", partition, failure.getMessage());
                  }
                });
  }

  /** Takes a partition over; where the brokers are away, it is tried again with the next tick. */
  private void takeOver(TopicPartition source) {
    try {
      long beginning = offset(consumer.beginningOffsets(Set.of(source)).get(source), source);
      long end = offset(consumer.endOffsets(Set.of(source)).get(source), source);
      var partition =
          FoldPartition.takeOver(
              source.partition(),
              partitions,
              kafka,
              codec,
              new Neighbours(),
              new Stragglers(config.stragglerFactor(), config.stragglerMs()),
              beginning,
              end);
      owned.put(source.partition(), partition);
      consumer.seek(source, partition.nextOffset());
      orphans.remove(source);
    } catch (KafkaException e) {
      LOG.warn("{} can't be taken over yet: {}", source, e.getMessage());
      orphans.add(source);
    }
  }

  private void release(int partition) {
    orphans.remove(source(partition));
    var released = owned.remove(partition);
    if (released != null) {
      released.close();
    }
  }

  private static long offset(@Nullable Long offset, TopicPartition source) {
    if (offset == null) {
      throw new KafkaException("There is no partition " + source);
    }
    return offset;
  }

  private static TopicPartition source(int partition) {
    return new TopicPartition(Topic.GRADIENTS.topicName(), partition);
  }

  private final class Neighbours implements CheckpointWriter.Surroundings {

    @Override
    public void settle(int partition) {
      reports.settle(partition);
    }

    @Override
    public void trim(int partition, long gradientsBefore) {
      FoldService.this.trim(partition, gradientsBefore);
    }
  }

  private final class Ownership implements ConsumerRebalanceListener {

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> assigned) {
      assigned.forEach(FoldService.this::takeOver);
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> revoked) {
      revoked.forEach(source -> release(source.partition()));
    }
  }

  @Override
  public void close() {
    closed = true;
    consumer.wakeup();
    Stopping.join(thread);
  }
}
