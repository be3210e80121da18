package dev.sluice.worker.report;

import dev.sluice.platform.config.ConfigProblem;
import dev.sluice.platform.kafka.KafkaSettings;
import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.codec.Decoded;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.Lane;
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
 * <p>{@code sluice.lanes} says so where the lane exists. Where it does not, the worker declares it
 * and waits for it there: a lane that no ledger knows gets no tasks, and of two workers that
 * declare one lane for two accelerators the ledger chooses one.
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
   * @param codec decodes lanes
   * @param reports tells the ledger
   * @param lane lane that the worker serves
   * @param accelerator accelerator model of the worker
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
      Duration longest) {
    var claim = new LaneClaim(codec, lane, accelerator);
    var place = new TopicPartition(Topic.LANES.topicName(), 0);
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
      if (lane.equals(record.key()) && record.value() != null) {
        learn(record);
      }
    }
  }

  private void learn(ConsumerRecord<String, ByteBuffer> record) {
    switch (codec.decode(Lane.class, record.value())) {
      case Decoded.Message<Lane>(var found) -> {
        if (found.lane().equals(lane)) {
          known = found;
        }
      }
      case Decoded.UnknownSchema<Lane>(long fingerprint) ->
          LOG.warn(
              "What is said of lane {} has schema {}, which is not known here; the ledger runs"
                  + " another release.",
              lane,
              Long.toHexString(fingerprint));
      case Decoded.Malformed<Lane>(var why) ->
          LOG.warn("What is said of lane {} can't be read: {}", lane, why);
    }
  }

  private void requireAccelerator() {
    if (known != null && !known.accelerator().equals(accelerator)) {
      throw new ConfigProblem(
          List.of(
              new Cause(
                  Code.LANE_TAKEN,
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
