package dev.sluice.coordinator.shell;

import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.codec.SchemaWait;
import dev.sluice.schemas.kafka.KafkaSettings;
import dev.sluice.schemas.topics.Groups;
import dev.sluice.schemas.topics.Topic;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.LogTruncationException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs the fold partitions that this process owns, on one thread. */
final class FoldService implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(FoldService.class);

  private static final Duration POLL = Duration.ofMillis(100);

  /** How often late shards are looked for. */
  private static final long LOOK_MS = 50;

  private final CoordinatorConfig config;
  private final KafkaSettings kafka;
  private final Codec codec;
  private final int partitions;
  private final Admin admin;
  private final FoldTrim trim;
  private final Map<Integer, FoldPartition> owned = new TreeMap<>();

  /** By partition: what has been waited for stays so when it is taken over again. */
  private final Map<Integer, SchemaWait> schemas = new ConcurrentHashMap<>();

  private final Orphans orphans = new Orphans();
  private final KafkaConsumer<String, ByteBuffer> consumer;
  private final Pauses pauses;
  private final LagOffsets lag;
  private final FoldOutlet outlet;
  private final Runnable onFailure;
  private final Thread thread;
  private volatile boolean closed;
  private long checkpointedNanos = System.nanoTime();
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
    this.admin = admin;
    trim = new FoldTrim(admin);
    this.partitions = partitions;
    this.onFailure = onFailure;
    var settings = kafka.groupReader(Groups.FOLD, origin, sessionMs);
    // Positions are those of checkpoints. What the log no longer holds is a loss, and is said.
    settings.put("auto.offset.reset", "none");
    consumer = new KafkaConsumer<>(settings);
    pauses = new Pauses(consumer);
    lag = new LagOffsets(admin, Groups.FOLD);
    outlet = new FoldOutlet(kafka, codec, origin, config.progressMs(), trim);
    thread = Thread.ofPlatform().name("fold").unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  private void run() {
    try {
      consumer.subscribe(List.of(Topic.GRADIENTS.topicName()), new Ownership());
      while (!closed) {
        takeOver(orphans.due(consumer.assignment()));
        if (pauses.due()) {
          pauses.resume();
        }
        fold();
        lookForStragglers();
        checkpoint();
        tellLag();
      }
    } catch (WakeupException e) {
      LOG.debug("Woken to stop.");
    } catch (RuntimeException e) {
      // The log holds everything; a coordinator that starts anew goes on from there.
      LOG.error("The fold stops: {}", e.getMessage(), e);
      onFailure.run();
    } finally {
      release(owned.keySet());
      consumer.close();
      outlet.close();
    }
  }

  private void fold() {
    var records = poll();
    long nowMs = nowMs();
    for (var source : records.partitions()) {
      var partition = owned.get(source.partition());
      if (partition == null) {
        continue;
      }
      var batch = records.records(source);
      if (missed(source, partition.nextOffset(), batch.getFirst().offset())) {
        reload(source, "another owner has trimmed what was to be folded next");
        continue;
      }
      partition.heard(batch.getLast().timestamp());
      SchemaWait.Waiting waiting = null;
      for (var record : batch) {
        waiting =
            partition.fold(
                record, nowMs, output -> outlet.carryOut(source.partition(), output), outlet::bury);
        if (waiting != null) {
          break;
        }
      }
      pauses.setHeld(source, partition.nextOffset(), waiting);
    }
    for (var entry : owned.entrySet()) {
      int number = entry.getKey();
      var partition = entry.getValue();
      if (outlet.takeUnpublished(number)) {
        partition.republish(output -> outlet.carryOut(number, output));
      }
      if (!pauses.has(source(number))) {
        var next = records.nextOffsets().get(source(number));
        if (next != null) {
          partition.read(next);
        }
        partition.reached(nowMs, output -> outlet.carryOut(number, output));
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
        entry
            .getValue()
            .late(nowMs)
            .forEach(late -> outlet.report(entry.getKey(), late.jobId(), late));
      }
    }
  }

  private static long nowMs() {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
  }

  /** The next records; a partition whose log is not what was folded is taken over anew. */
  private ConsumerRecords<String, ByteBuffer> poll() {
    try {
      return consumer.poll(POLL);
    } catch (InvalidOffsetException e) {
      LOG.error("The gradient log is not what was folded: {}", e.getMessage());
      for (var source : e.partitions()) {
        release(Set.of(source.partition()));
        takeOver(Set.of(source), same(e, source));
      }
      return ConsumerRecords.empty();
    }
  }

  /** Offset at which the log is known to part from what was folded. */
  private static long same(InvalidOffsetException e, TopicPartition source) {
    var parts = e instanceof LogTruncationException t ? t.divergentOffsets().get(source) : null;
    return parts == null ? Long.MAX_VALUE : parts.offset();
  }

  /**
   * Whether the log was trimmed beyond the next record, which the consumer passes over in silence:
   * one that had lost the partition took it once more, was faster, and stored what it had folded.
   */
  private boolean missed(TopicPartition source, long next, long found) {
    return found > next // mostly a transaction's marker
        && offset(consumer.beginningOffsets(Set.of(source)).get(source), source) > next;
  }

  private void reload(TopicPartition source, String why) {
    LOG.warn("{} is taken over again: {}", source, why);
    release(Set.of(source.partition()));
    orphans.add(source);
  }

  private void checkpoint() {
    long now = System.nanoTime();
    boolean due = now - checkpointedNanos >= TimeUnit.MILLISECONDS.toNanos(config.checkpointMs());
    if (due) {
      checkpointedNanos = now;
    }
    for (var entry : Map.copyOf(owned).entrySet()) {
      try {
        if (due || entry.getValue().anchorDue()) {
          entry.getValue().checkpoint();
        }
      } catch (KafkaException e) {
        reload(source(entry.getKey()), String.valueOf(e.getMessage()));
      }
    }
  }

  private void tellLag() {
    if (lag.due()) {
      var next = new HashMap<Integer, Long>();
      owned.forEach((partition, fold) -> next.put(partition, fold.nextOffset()));
      lag.tell(Topic.GRADIENTS.topicName(), next, pauses.words());
    }
  }

  /** Takes partitions over; where the brokers are away, it is tried again. */
  private void takeOver(Collection<TopicPartition> sources) {
    takeOver(sources, Long.MAX_VALUE);
  }

  /**
   * @param same offset up to which the log is the one that was folded, as far as is known
   */
  private void takeOver(Collection<TopicPartition> sources, long same) {
    Together.each(
            sources,
            source ->
                FoldPartition.takeOver(
                    source.partition(),
                    partitions,
                    kafka,
                    codec,
                    new Neighbours(),
                    config,
                    schemas.computeIfAbsent(
                        source.partition(), any -> new SchemaWait(config.schemaWaitMs())),
                    admin,
                    same))
        .forEach(
            (source, outcome) -> {
              switch (outcome) {
                case Together.Outcome.Done(var partition) -> own(source, partition);
                case Together.Outcome.NotYet(var why) -> tryLater(source, why);
              }
            });
  }

  private void own(TopicPartition source, FoldPartition partition) {
    owned.put(source.partition(), partition);
    partition.tellOverwritten(outlet::bury, output -> outlet.carryOut(source.partition(), output));
    partition.giveUpWhatIsLost(output -> outlet.carryOut(source.partition(), output));
    consumer.seek(source, partition.position());
    consumer.resume(Set.of(source));
    orphans.remove(source);
  }

  private void tryLater(TopicPartition source, KafkaException why) {
    LOG.warn("{} can't be taken over yet: {}", source, why.getMessage());
    orphans.add(source);
    // Without a position the consumer would look for one, and not find it.
    consumer.seek(source, 0);
    consumer.pause(Set.of(source));
  }

  private void release(Collection<Integer> numbers) {
    var released = new ArrayList<FoldPartition>();
    for (int number : List.copyOf(numbers)) {
      orphans.remove(source(number));
      pauses.leave(Set.of(source(number)));
      Optional.ofNullable(owned.remove(number)).ifPresent(released::add);
    }
    Together.each(
            released,
            partition -> {
              partition.close();
              return true;
            })
        .values()
        .forEach(
            outcome -> {
              if (outcome instanceof Together.Outcome.NotYet(var why)) {
                LOG.warn("A fold partition was not left in good order: {}", why.getMessage());
              }
            });
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
      outlet.settle(partition);
    }

    @Override
    public void trim(
        int partition, long gradientsBefore, long anchorsBefore, long checkpointsBefore) {
      trim.after(partition, gradientsBefore, anchorsBefore, checkpointsBefore);
    }
  }

  private final class Ownership implements ConsumerRebalanceListener {

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> assigned) {
      takeOver(assigned);
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> revoked) {
      release(revoked.stream().map(TopicPartition::partition).toList());
    }
  }

  @Override
  public void close() {
    closed = true;
    consumer.wakeup();
    Stopping.join(thread);
  }
}
