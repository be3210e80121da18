package dev.sluice.coordinator.shell;

import dev.sluice.coordinator.fold.FoldOutput;
import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.kafka.DeadLetters;
import dev.sluice.schemas.kafka.Grouped;
import dev.sluice.schemas.kafka.KafkaSettings;
import dev.sluice.schemas.kafka.Unread;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.DeadLetter;
import dev.sluice.schemas.wire.DeadLetterReason;
import dev.sluice.schemas.wire.JobEvent;
import dev.sluice.schemas.wire.JobRecord;
import dev.sluice.schemas.wire.ParameterBlock;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Carries out what follows from folding: publishes parameters, and tells the ledger and people. */
final class FoldOutlet implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(FoldOutlet.class);
  private static final Grouped PARKED = new Grouped(LOG::warn);
  private static final Duration CLOSE_MAX = Duration.ofSeconds(2);

  private final Codec codec;
  private final String origin;
  private final long progressNanos;
  private final FoldTrim trim;
  private final KafkaProducer<String, byte[]> parameters;
  private final FoldReports reports;
  private final Map<String, Long> progressToldNanos = new HashMap<>();
  private final Set<Integer> unpublished = ConcurrentHashMap.newKeySet();

  /**
   * @param origin who says it
   * @param progressMs least time between two reports of a job's progress, in milliseconds
   * @param trim told how far parameters are published
   */
  FoldOutlet(KafkaSettings kafka, Codec codec, String origin, int progressMs, FoldTrim trim) {
    this.codec = codec;
    this.origin = origin;
    this.progressNanos = TimeUnit.MILLISECONDS.toNanos(progressMs);
    this.trim = trim;
    parameters = new KafkaProducer<>(kafka.bulkProducer());
    reports = new FoldReports(new KafkaProducer<>(kafka.controlProducer()));
  }

  /** Whether some of a partition's parameters could not be published since this was asked last. */
  boolean takeUnpublished(int partition) {
    return unpublished.remove(partition);
  }

  /** Waits until all that was said of a partition is stored; see {@link FoldReports#settle}. */
  void settle(int partition) {
    reports.settle(partition);
  }

  /** Does what an output of a partition asks for. */
  void carryOut(int partition, FoldOutput output) {
    switch (output) {
      case FoldOutput.Publish(var block, _) -> publish(partition, block);
      case FoldOutput.Progress(var report, boolean milestone) -> {
        long now = System.nanoTime();
        var told = progressToldNanos.get(report.jobId());
        if (milestone || told == null || now - told > progressNanos) {
          progressToldNanos.put(report.jobId(), now);
          report(partition, report.jobId(), report);
        }
      }
      case FoldOutput.Failure(var report) -> report(partition, report.jobId(), report);
      case FoldOutput.Rejected(var jobId, var cause) -> {
        PARKED.say(
            "plans that can't be folded", cause.where() + ": " + cause.what() + " " + cause.why());
        var letter =
            DeadLetter.without(
                Topic.GRADIENTS.topicName(),
                partition,
                jobId,
                DeadLetterReason.UNPROCESSABLE,
                cause);
        reports.send(partition, DeadLetters.record(letter, codec));
      }
    }
  }

  /** A record that can't be read goes to the dead letters. */
  void bury(ConsumerRecord<String, ByteBuffer> record, Unread unread) {
    var place = DeadLetters.place(record);
    PARKED.say(unread.kind(record), place + " goes to the dead letters: " + unread.why());
    var cause =
        unread.cause(place, "Only workers and coordinators write here, as sluice.avdl has it.");
    var letter = DeadLetters.of(record, "", unread.reason(), cause);
    reports.send(record.partition(), DeadLetters.record(letter, codec));
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
            trim.published(partition, metadata.offset());
          } else {
            LOG.warn("A block of {} was not published: {}", block.jobId(), failure.getMessage());
            unpublished.add(partition);
          }
        });
  }

  /** Tells the ledger. */
  void report(int partition, String jobId, JobEvent event) {
    reports.send(
        partition,
        new ProducerRecord<>(
            Topic.JOBS.topicName(), jobId, codec.encode(new JobRecord(origin, event))));
  }

  @Override
  public void close() {
    parameters.close(CLOSE_MAX);
    reports.close();
  }
}
