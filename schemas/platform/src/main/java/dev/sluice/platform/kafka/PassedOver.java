package dev.sluice.platform.kafka;

import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.wire.DeadLetter;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts a copy of what a reader passes over into the dead letters. Several readers of a topic may
 * say the same: letters about one place have one key.
 *
 * <p>Of a flood only the first 10,000 records in an hour have letters. The producer is opened with
 * the first such record, which as a rule never comes. Safe for use by several threads.
 */
public final class PassedOver
    implements BiConsumer<ConsumerRecord<String, ByteBuffer>, Unread>, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(PassedOver.class);
  private static final Grouped LINES = new Grouped(LOG::warn);

  /** Letters of one process within an hour: they are evidence, and nothing is written back. */
  private static final int LETTERS_MAX = 10_000;

  private static final long HOUR_NANOS = TimeUnit.HOURS.toNanos(1);
  private static final Duration CLOSE_MAX = Duration.ofSeconds(2);

  private final KafkaSettings kafka;
  private final Codec codec;
  private @Nullable KafkaProducer<String, byte[]> producer;
  private boolean closed;
  private long sinceNanos;
  private int letters;

  /**
   * @param kafka cluster
   * @param codec encodes letters
   */
  public PassedOver(KafkaSettings kafka, Codec codec) {
    this.kafka = kafka;
    this.codec = codec;
  }

  /**
   * Sends a letter, without waiting until it is stored.
   *
   * @param record what is passed over
   * @param unread why
   */
  @Override
  public void accept(ConsumerRecord<String, ByteBuffer> record, Unread unread) {
    var place = DeadLetters.place(record);
    if (!countsAsEvidence()) {
      LINES.say(
          unread.kind(record) + " without a letter",
          place
              + " is passed over without a letter, as "
              + LETTERS_MAX
              + " were written within an hour: "
              + unread.why());
      return;
    }
    LINES.say(
        unread.kind(record),
        place + " is passed over, and goes to the dead letters: " + unread.why());
    var cause =
        unread.cause(
            place,
            "Only processes of Sluice write here; whatever else does has to write as sluice.avdl"
                + " has it.");
    try {
      send(DeadLetters.of(record, "", unread.reason(), cause));
    } catch (KafkaException | IllegalStateException e) {
      LOG.warn("The letter about {} was not written: {}", place, e.getMessage());
    }
  }

  private synchronized boolean countsAsEvidence() {
    long now = System.nanoTime();
    if (letters == 0 || now - sinceNanos > HOUR_NANOS) {
      sinceNanos = now;
      letters = 0;
    }
    return letters < LETTERS_MAX && ++letters > 0;
  }

  private synchronized void send(DeadLetter letter) {
    if (closed) {
      return;
    }
    if (producer == null) {
      producer = new KafkaProducer<>(kafka.controlProducer());
    }
    var _ =
        producer.send(
            DeadLetters.record(letter, codec),
            (metadata, failure) -> {
              if (failure != null) {
                LOG.warn("A dead letter was not written: {}", failure.getMessage());
              }
            });
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (producer != null) {
      producer.close(CLOSE_MAX);
    }
  }
}
