package dev.sluice.platform.kafka;

import dev.sluice.schemas.topics.Topic;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a {@link BrokersClock} right. Kafka has no request for the time, but it tells when it has
 * appended a record: so every five seconds this writes the removal of a worker that can't exist to
 * {@code sluice.fleet}. That changes nothing for whoever reads the topic, and compaction takes it
 * away.
 */
public final class BrokersTime implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(BrokersTime.class);

  private static final long EVERY_MS = 5_000;
  private static final Duration CLOSE_MAX = Duration.ofSeconds(1);

  /** No lane begins with a slash, and no worker id is made with one. */
  private static final String NOBODY = "/clock";

  private final BrokersClock clock =
      new BrokersClock(
          () -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime()), InstantSource.system());
  private final KafkaProducer<String, byte[]> producer;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final CountDownLatch first = new CountDownLatch(1);
  private final Thread thread;

  private BrokersTime(KafkaSettings kafka) {
    producer = new KafkaProducer<>(kafka.heartbeatProducer());
    thread = Thread.ofPlatform().name("brokers-time").daemon().unstarted(this::run);
  }

  /** Begins to ask; the topic exists. */
  public static BrokersTime start(KafkaSettings kafka) {
    var time = new BrokersTime(kafka);
    time.thread.start();
    return time;
  }

  /** The clock that it keeps. */
  public BrokersClock clock() {
    return clock;
  }

  /** Waits for the first answer, for so long at most; without it the clock is this machine's. */
  public void await(Duration longest) {
    try {
      if (!first.await(longest.toMillis(), TimeUnit.MILLISECONDS)) {
        LOG.warn(
            "No broker has told its time within {} ms; it is asked again.", longest.toMillis());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    try {
      do {
        ask();
      } while (!closing.await(clock.known() ? EVERY_MS : EVERY_MS / 5, TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void ask() {
    try {
      var _ =
          producer.send(
              new ProducerRecord<>(Topic.FLEET.topicName(), NOBODY, null),
              (metadata, failure) -> {
                if (failure == null) {
                  clock.told(metadata.timestamp());
                  first.countDown();
                } else {
                  LOG.debug("The brokers' time is not known: {}", failure.getMessage());
                }
              });
    } catch (KafkaException | IllegalStateException e) {
      LOG.debug("The brokers' time can't be asked for: {}", e.getMessage());
    }
  }

  @Override
  public void close() {
    closing.countDown();
    producer.close(CLOSE_MAX);
    try {
      thread.join(CLOSE_MAX);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
