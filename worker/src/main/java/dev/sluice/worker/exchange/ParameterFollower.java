package dev.sluice.worker.exchange;

import dev.sluice.platform.kafka.Grouped;
import dev.sluice.platform.kafka.KafkaSettings;
import dev.sluice.platform.kafka.Unread;
import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.codec.Decoded;
import dev.sluice.schemas.codec.Vectors;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.ParameterBlock;
import dev.sluice.worker.broker.Outage;
import dev.sluice.worker.training.Blocks;
import dev.sluice.worker.training.FollowedJobs;
import dev.sluice.worker.training.JobParameters;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.Locale;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows {@code sluice.parameters} for the jobs that this worker trains, in a thread of its own.
 *
 * <p>A job that is opened is read from the end of its partitions, and only then asks the fold to
 * publish its blocks again: whatever is published afterwards is seen, and nothing before it is
 * needed. Where nothing comes, it asks again.
 */
public final class ParameterFollower implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ParameterFollower.class);

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
  private final Set<TopicPartition> placed = new HashSet<>();
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
   * @param attachRetryMs how long to wait for the first parameters before asking again
   * @param bell rung whenever a newer generation of a job is complete
   * @param onDefect told where its thread fails
   */
  public ParameterFollower(
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
        Thread.ofPlatform().name("parameters").uncaughtExceptionHandler(onDefect).start(this::run);
  }

  /**
   * Begins to follow a job.
   *
   * @param floats length of its flat vector
   * @return where its parameters appear; the caller closes it after {@link #leave}. A job can be
   *     followed more than once.
   */
  public JobParameters follow(String jobId, long floats) {
    var parameters = new JobParameters(jobId, Blocks.of(floats), Arena::ofShared);
    change(() -> begin(parameters));
    return parameters;
  }

  /** Ends the following of a job. */
  public void leave(JobParameters parameters) {
    change(
        () -> {
          jobs.leave(parameters);
          assign();
        });
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
    for (var record : consumer.poll(POLL)) {
      accept(record);
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

  private void begin(JobParameters parameters) {
    jobs.follow(parameters, nowMs());
    assign();
    attach(parameters);
  }

  private Set<TopicPartition> partitions(JobParameters job) {
    var partitions = new HashSet<TopicPartition>();
    for (int block : job.blocks().inEachPartition(job.jobId(), partitionCount)) {
      var key = Topic.blockKey(job.jobId(), block);
      partitions.add(
          new TopicPartition(Topic.PARAMETERS.topicName(), Topic.partition(key, partitionCount)));
    }
    return partitions;
  }

  /** Reads the partitions of all jobs; those that are new from their end. */
  private void assign() {
    var wanted = new HashSet<TopicPartition>();
    jobs.all().forEach(job -> wanted.addAll(partitions(job)));
    placed.retainAll(wanted);
    consumer.assign(wanted);
    var fresh = new HashSet<>(wanted);
    fresh.removeAll(placed);
    toEnd(fresh);
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
    LOG.info("The log of {} begins after this worker's place; starting over at its end.", lost);
    placed.removeAll(lost);
    changes.add(
        () -> {
          assign();
          jobs.all().forEach(this::attach);
        });
  }

  private void attach(JobParameters job) {
    gradients.attach(job, outage::says);
  }

  private void accept(ConsumerRecord<String, ByteBuffer> record) {
    if (record.key() == null || record.value() == null) {
      return;
    }
    var readers = jobs.of(jobOf(record.key()));
    if (readers.isEmpty()) {
      return;
    }
    switch (codec.decode(ParameterBlock.class, record.value())) {
      case Decoded.Message<ParameterBlock>(var block) ->
          readers.forEach(job -> accept(job, block, record));
      case Decoded.UnknownSchema<ParameterBlock>(long fingerprint) ->
          LEFT_OUT.say(
              "blocks of unknown schemas left out",
              String.format(
                  Locale.ROOT,
                  "Left out %s: its schema %016x is not known here; the fold runs another release.",
                  place(record),
                  fingerprint));
      case Decoded.Malformed<ParameterBlock>(var why) ->
          passedOver.accept(record, Unread.because(why));
    }
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
      if (jobs.accept(job, block, nowMs())) {
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

  private static String jobOf(String blockKey) {
    return blockKey.substring(0, Math.max(0, blockKey.lastIndexOf('/')));
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
