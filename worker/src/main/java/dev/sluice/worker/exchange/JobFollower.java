package dev.sluice.worker.exchange;

import dev.sluice.fold.BlockSnapshot;
import dev.sluice.platform.kafka.Grouped;
import dev.sluice.platform.kafka.KafkaSettings;
import dev.sluice.platform.kafka.Unread;
import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.codec.Decoded;
import dev.sluice.schemas.codec.Vectors;
import dev.sluice.schemas.topics.BlockKey;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.Contribution;
import dev.sluice.schemas.wire.FoldedBlock;
import dev.sluice.schemas.wire.FoldedVector;
import dev.sluice.schemas.wire.GradientRecord;
import dev.sluice.schemas.wire.ParameterBlock;
import dev.sluice.worker.broker.Outage;
import dev.sluice.worker.training.Blocks;
import dev.sluice.worker.training.FollowedJobs;
import dev.sluice.worker.training.JobParameters;
import dev.sluice.worker.training.LocalFold;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the jobs that this worker trains, in a thread of its own.
 *
 * <p>A job that is opened is read from the end of its partitions of {@code sluice.parameters}, and
 * only then asks the fold for what is current of its blocks: whatever is published afterwards is
 * seen, and nothing before it is needed. Where nothing comes, it asks again.
 *
 * <p>A job that is folded here asks for the fold's state, and goes on with what {@code
 * sluice.gradients} holds from there on. Contributions belong to no transaction, so they are read
 * as soon as they are stored.
 */
public final class JobFollower implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(JobFollower.class);

  private static final Grouped LEFT_OUT = new Grouped(LOG::warn);
  private static final Duration POLL = Duration.ofMillis(200);
  private static final Duration POSITION_MAX = Duration.ofSeconds(10);
  private static final long CLOSE_MS_MAX = 5_000;
  private static final long RETRY_MS = 500;

  private final Codec codec;
  private final BiConsumer<ConsumerRecord<String, ByteBuffer>, Unread> passedOver;
  private final GradientLog gradients;
  private final int partitionCount;
  private final Runnable bell;
  private final KafkaConsumer<String, ByteBuffer> consumer;
  private final FollowedJobs jobs;
  private final FoldedStates states = new FoldedStates();

  /** Partitions with a place to read on from. */
  private final Set<TopicPartition> placed = new HashSet<>();

  /** Those that went back while what they had brought was being handled. */
  private final Set<TopicPartition> wentBack = new HashSet<>();

  private final PendingChanges changes = new PendingChanges();
  private final Outage outage = new Outage(LOG, "follow parameters");
  private final Thread thread;
  private volatile boolean closing;

  /**
   * @param kafka cluster
   * @param codec decodes blocks
   * @param passedOver told of records that are no blocks
   * @param gradients asks for blocks
   * @param partitions partitions of the topic
   * @param attachRetryMs how long to wait for what was asked for before asking again
   * @param bell rung whenever a newer generation of a job is complete
   * @param onDefect told where its thread fails
   */
  public JobFollower(
      KafkaSettings kafka,
      Codec codec,
      BiConsumer<ConsumerRecord<String, ByteBuffer>, Unread> passedOver,
      GradientLog gradients,
      int partitions,
      long attachRetryMs,
      Runnable bell,
      Thread.UncaughtExceptionHandler onDefect) {
    this.codec = codec;
    this.passedOver = passedOver;
    this.gradients = gradients;
    this.partitionCount = partitions;
    this.jobs = new FollowedJobs(attachRetryMs);
    this.bell = bell;
    this.consumer = new KafkaConsumer<>(kafka.uncommittedReader());
    this.thread =
        Thread.ofPlatform()
            .name("followed-jobs")
            .uncaughtExceptionHandler(onDefect)
            .start(this::run);
  }

  /**
   * Where a job's parameters may appear; the caller closes it, after {@link #leave}.
   *
   * @param floats length of its flat vector
   */
  JobParameters parameters(String jobId, long floats) {
    return new JobParameters(jobId, Blocks.of(floats), Arena::ofShared);
  }

  /**
   * Begins to follow a job. One can be followed more than once.
   *
   * @param fold makes its generations here; null: a coordinator does
   */
  void follow(JobParameters parameters, @Nullable LocalFold fold) {
    change(
        () -> {
          jobs.follow(parameters, fold, nowMs());
          assign();
          attach(parameters);
        });
  }

  /** Ends the following of a job. */
  public void leave(JobParameters parameters) {
    change(
        () -> {
          jobs.leave(parameters);
          states.forget(parameters.jobId());
          assign();
        });
  }

  /** A newer generation was made by the computing thread itself. */
  void ring() {
    bell.run();
  }

  private void change(Runnable change) {
    changes.add(change);
    consumer.wakeup();
  }

  private void run() {
    while (!closing) {
      try {
        round();
      } catch (WakeupException e) {
        LOG.trace("Woken for a change.");
      } catch (InvalidOffsetException e) {
        startOver(e.partitions());
      } catch (KafkaException e) {
        outage.says(e);
        pause();
      }
    }
    consumer.close(CloseOptions.timeout(Duration.ZERO));
  }

  private void round() {
    changes.make();
    if (jobs.all().isEmpty()) {
      awaitChange();
      return;
    }
    jobs.due(nowMs()).forEach(this::attach);
    wentBack.clear();
    var records = consumer.poll(POLL);
    var next = new HashMap<TopicPartition, Long>();
    for (var partition : records.partitions()) {
      next.put(partition, records.records(partition).getFirst().offset());
    }
    try {
      for (var record : records) {
        var partition = new TopicPartition(record.topic(), record.partition());
        if (!wentBack.contains(partition)) {
          accept(record);
        }
        next.put(partition, record.offset() + 1);
      }
    } catch (KafkaException e) {
      next.keySet().removeAll(wentBack);
      next.keySet().retainAll(consumer.assignment());
      next.forEach(consumer::seek); // what was not handled is read again
      throw e;
    }
  }

  private void awaitChange() {
    try {
      changes.await(POLL.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      closing = true;
    }
  }

  /** Lets the broker come back before the next try; closing ends the pause. */
  private void pause() {
    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(RETRY_MS));
  }

  private Set<TopicPartition> partitions(Topic topic, JobParameters job) {
    var partitions = new HashSet<TopicPartition>();
    for (int block : job.blocks().inEachPartition(job.jobId(), partitionCount)) {
      partitions.add(partition(topic, job.jobId(), block));
    }
    return partitions;
  }

  private TopicPartition partition(Topic topic, String jobId, int block) {
    return new TopicPartition(
        topic.topicName(), Topic.partition(Topic.blockKey(jobId, block), partitionCount));
  }

  /**
   * Reads the partitions of all jobs: those of parameters that are new from their end, those of
   * gradients once a state says from where.
   */
  private void assign() {
    var fresh = new HashSet<TopicPartition>();
    var folded = new HashSet<TopicPartition>();
    for (var job : jobs.all()) {
      fresh.addAll(partitions(Topic.PARAMETERS, job));
      if (jobs.folds(job)) {
        folded.addAll(partitions(Topic.GRADIENTS, job));
      }
    }
    placed.removeIf(partition -> !fresh.contains(partition) && !folded.contains(partition));
    fresh.removeAll(placed);
    var all = new HashSet<>(placed);
    all.addAll(fresh);
    consumer.assign(all);
    toEnd(fresh);
  }

  /** Reads a partition of gradients from an offset on, once more where it has come further. */
  private void readFrom(TopicPartition partition, long offset) {
    if (placed.add(partition)) {
      assign();
    } else if (consumer.position(partition, POSITION_MAX) <= offset) {
      return;
    }
    consumer.seek(partition, offset);
    wentBack.add(partition);
  }

  private void toEnd(Collection<TopicPartition> partitions) {
    if (partitions.isEmpty()) {
      return;
    }
    consumer.seekToEnd(partitions);
    for (var partition : partitions) {
      // The seek is lazy: only a position that was read is known to be before what comes next.
      consumer.position(partition, POSITION_MAX);
      placed.add(partition);
    }
  }

  private void startOver(Set<TopicPartition> lost) {
    LOG.info("The log of {} does not have this worker's place any more; starting over.", lost);
    placed.removeAll(lost);
    jobs.all().forEach(job -> forget(job, lost));
    changes.add(
        () -> {
          assign();
          jobs.all().forEach(this::attach);
        });
  }

  private void forget(JobParameters job, Set<TopicPartition> lost) {
    for (var fold : jobs.folds(job.jobId())) {
      for (int block = 0; block < job.blocks().count(); block++) {
        if (lost.contains(partition(Topic.GRADIENTS, job.jobId(), block))) {
          fold.forget(block);
        }
      }
    }
  }

  private void attach(JobParameters job) {
    gradients.attach(job, jobs.folds(job), outage::says);
  }

  private void accept(ConsumerRecord<String, ByteBuffer> record) {
    if (record.key() == null || record.value() == null) {
      return;
    }
    var key = BlockKey.of(record.key());
    if (record.topic().equals(Topic.GRADIENTS.topicName())) {
      acceptGradient(key, record);
    } else if (key.isParameters()) {
      acceptParameters(key, record);
    } else {
      acceptState(key, record);
    }
  }

  private void acceptGradient(BlockKey key, ConsumerRecord<String, ByteBuffer> record) {
    var folds = jobs.folds(key.jobId());
    if (folds.isEmpty()) {
      return;
    }
    read(GradientRecord.class, record)
        .filter(gradient -> gradient.jobId().equals(key.jobId()))
        .map(GradientRecord::entry)
        .filter(Contribution.class::isInstance)
        .map(Contribution.class::cast)
        .ifPresent(contribution -> folds.forEach(fold -> fold(fold, record, contribution)));
  }

  private void fold(LocalFold fold, ConsumerRecord<?, ?> record, Contribution contribution) {
    if (fold.fold(record.offset(), contribution)) {
      bell.run();
    }
  }

  private void acceptState(BlockKey key, ConsumerRecord<String, ByteBuffer> record) {
    if (key.block() < 0 || !jobs.wantsState(key.jobId())) {
      return;
    }
    try {
      if (key.isState()) {
        read(FoldedBlock.class, record)
            .filter(state -> isOf(key, state.head().jobId(), state.head().block()))
            .ifPresent(state -> complete(key, state));
      } else {
        read(FoldedVector.class, record)
            .filter(vector -> isOf(key, vector.jobId(), vector.block()))
            .ifPresent(states::add);
      }
    } catch (IllegalArgumentException e) {
      LEFT_OUT.say("states of folds left out", "Left out " + place(record) + ": " + e.getMessage());
    }
  }

  private static boolean isOf(BlockKey key, String jobId, int block) {
    return key.jobId().equals(jobId) && key.block() == block;
  }

  private void complete(BlockKey key, FoldedBlock state) {
    states.put(state).ifPresent(snapshot -> begin(key, snapshot, state.nextOffset()));
  }

  private void begin(BlockKey key, BlockSnapshot snapshot, long nextOffset) {
    for (var fold : jobs.folds(key.jobId())) {
      if (fold.begin(snapshot, nextOffset)) {
        try {
          readFrom(partition(Topic.GRADIENTS, key.jobId(), key.block()), nextOffset);
        } catch (KafkaException e) {
          fold.forget(key.block()); // a state that is not gone on from is none
          throw e;
        }
        bell.run();
      }
    }
  }

  private void acceptParameters(BlockKey key, ConsumerRecord<String, ByteBuffer> record) {
    var readers = jobs.of(key.jobId());
    if (!readers.isEmpty()) {
      read(ParameterBlock.class, record)
          .ifPresent(block -> readers.forEach(job -> accept(job, block, record)));
    }
  }

  /** A record's message; empty where it has none that can be read here. */
  private <T extends Record> Optional<T> read(
      Class<T> type, ConsumerRecord<String, ByteBuffer> record) {
    return switch (codec.decode(type, record.value())) {
      case Decoded.Message<T>(var message) -> Optional.of(message);
      case Decoded.UnknownSchema<T>(long fingerprint) -> {
        LEFT_OUT.say(
            "records of unknown schemas left out",
            String.format(
                Locale.ROOT,
                "Left out %s: its schema %016x is not known here; whoever wrote it runs another"
                    + " release.",
                place(record),
                fingerprint));
        yield Optional.empty();
      }
      case Decoded.Malformed<T>(var why) -> {
        passedOver.accept(record, Unread.because(why));
        yield Optional.empty();
      }
    };
  }

  private void accept(JobParameters job, ParameterBlock block, ConsumerRecord<?, ?> record) {
    if (Vectors.crc32c(block.payload()) != block.crc()) {
      LEFT_OUT.say(
          "blocks with wrong checksums left out",
          "Left out " + place(record) + ": its checksum is wrong; asking for it again.");
      attach(job);
      return;
    }
    try {
      if (jobs.accept(job, block)) {
        bell.run();
      }
    } catch (IllegalArgumentException e) {
      LEFT_OUT.say(
          "blocks that fit no job left out", "Left out " + place(record) + ": " + e.getMessage());
    }
  }

  private static String place(ConsumerRecord<?, ?> record) {
    return record.topic() + "-" + record.partition() + "@" + record.offset();
  }

  private static long nowMs() {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
  }

  @Override
  public void close() {
    closing = true;
    consumer.wakeup();
    LockSupport.unpark(thread);
    try {
      thread.join(CLOSE_MS_MAX);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
