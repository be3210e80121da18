package dev.sluice.worker.ledger;

import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.codec.Decoded;
import dev.sluice.schemas.config.ConfigProblem;
import dev.sluice.schemas.kafka.KafkaSettings;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Fault;
import dev.sluice.schemas.wire.Lane;
import dev.sluice.schemas.wire.StateRecord;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes sure that the ledger knows a worker's lane, and knows it for the worker's accelerator.
 *
 * <p>The lane's state says so where it exists. Where it does not, the worker declares the lane and
 * waits for its state: a lane that no ledger knows gets no tasks, and of two workers that declare
 * one lane for two accelerators the ledger chooses one.
 */
public final class LaneClaim {

  private static final Logger LOG = LoggerFactory.getLogger(LaneClaim.class);

  private static final Duration POLL = Duration.ofMillis(100);

  private final Codec codec;
  private final String lane;
  private final String accelerator;
  private @Nullable Lane known;

  private LaneClaim(Codec codec, String lane, String accelerator) {
    this.codec = codec;
    this.lane = lane;
    this.accelerator = accelerator;
  }

  /**
   * Returns when the ledger knows the lane for the accelerator. The lane's topics exist before.
   *
   * @param kafka cluster
   * @param codec decodes states
   * @param reports tells the ledger
   * @param lane lane that the worker serves
   * @param accelerator accelerator model of the worker
   * @param partitions partitions of {@code sluice.job-states}
   * @param longest longest wait
   * @throws ConfigProblem where the lane exists for another accelerator
   * @throws LaneUnconfirmed where no ledger answers in time
   * @throws KafkaException where the brokers can't be used
   */
  public static void make(
      KafkaSettings kafka,
      Codec codec,
      Reports reports,
      String lane,
      String accelerator,
      int partitions,
      Duration longest) {
    var claim = new LaneClaim(codec, lane, accelerator);
    var place = new TopicPartition(Topic.JOB_STATES.topicName(), Topic.partition(lane, partitions));
    long deadlineNanos = System.nanoTime() + longest.toNanos();
    try (var consumer = new KafkaConsumer<String, ByteBuffer>(kafka.committedScanAndWait())) {
      consumer.assign(List.of(place));
      consumer.seekToBeginning(List.of(place));
      long end = consumer.endOffsets(List.of(place)).getOrDefault(place, 0L);
      while (consumer.position(place) < end) {
        claim.take(consumer, deadlineNanos, longest);
      }
      if (claim.known == null) {
        reports.lane(lane, accelerator, LaneClaim::noteUnsent);
      }
      while (claim.known == null) {
        claim.take(consumer, deadlineNanos, longest);
      }
    }
    claim.requireAccelerator();
  }

  private void take(
      KafkaConsumer<String, ByteBuffer> consumer, long deadlineNanos, Duration longest) {
    if (System.nanoTime() - deadlineNanos >= 0) {
      throw new LaneUnconfirmed(lane, longest);
    }
    for (var record : consumer.poll(POLL)) {
      if (Topic.laneKey(lane).equals(record.key()) && record.value() != null) {
        learn(record);
      }
    }
  }

  private void learn(ConsumerRecord<String, ByteBuffer> record) {
    switch (codec.decode(StateRecord.class, record.value())) {
      case Decoded.Message<StateRecord>(StateRecord(var state)) -> {
        if (state instanceof Lane found) {
          known = found;
        }
      }
      case Decoded.UnknownSchema<StateRecord>(long fingerprint) ->
          LOG.warn(
              "The state of lane {} has schema {}, which is not known here; the ledger runs another"
                  + " release.",
              lane,
              Long.toHexString(fingerprint));
      case Decoded.Malformed<StateRecord>(var why) ->
          LOG.warn("The state of lane {} can't be read: {}", lane, why);
    }
  }

  private void requireAccelerator() {
    if (known != null && !known.accelerator().equals(accelerator)) {
      throw new ConfigProblem(
          List.of(
              new Cause(
                  Fault.BAD_INPUT,
                  "lane",
                  "Lane %s is for %s, and this worker is %s."
                      .formatted(lane, known.accelerator(), accelerator),
                  "Its tasks were placed for that accelerator.",
                  "Give --accelerator %s, or a lane of another name."
                      .formatted(known.accelerator()))));
    }
  }

  private static void noteUnsent(@Nullable Exception failure) {
    if (failure != null) {
      LOG.warn("The lane was not declared: {}", failure.getMessage());
    }
  }

  /** No ledger has said that it knows the lane. */
  public static final class LaneUnconfirmed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    LaneUnconfirmed(String lane, Duration waited) {
      super(
          String.format(
              Locale.ROOT,
              "No coordinator has confirmed lane %s within %d ms. Start one, then this worker; a"
                  + " larger start-ms-max waits longer.",
              lane,
              waited.toMillis()));
    }
  }
}
