package dev.sluice.platform.kafka;

import dev.sluice.schemas.codec.SchemaRecord;
import dev.sluice.schemas.codec.SchemaSource;
import dev.sluice.schemas.codec.WireSchemas;
import dev.sluice.schemas.topics.Topic;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes the schemas of this build in {@code sluice.schemas} and follows that topic for those of
 * others.
 */
public final class KafkaSchemas implements SchemaSource, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(KafkaSchemas.class);

  private static final Grouped NO_SCHEMAS = new Grouped(LOG::warn);

  /** Most schemas kept; there is one for each message and release. */
  private static final int SCHEMAS_MAX = 10_000;

  private static final long PUBLISH_SECONDS_MAX = 60;
  private static final long READ_SECONDS_MAX = 60;
  private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final Duration POLL = Duration.ofSeconds(1);

  private final Map<Long, Schema> schemas = new ConcurrentHashMap<>();
  private final KafkaConsumer<String, ByteBuffer> consumer;
  private final Thread follower;
  private final CountDownLatch caughtUp = new CountDownLatch(1);
  private volatile boolean closed;
  private boolean full;

  private KafkaSchemas(KafkaSettings kafka) {
    consumer = new KafkaConsumer<>(kafka.uncommittedFollower());
    follower = Thread.ofPlatform().name("schemas").daemon().unstarted(this::follow);
  }

  /**
   * Publishes, reads every schema that was published before, and goes on following.
   *
   * @throws KafkaException where the schemas could not be written or read within a minute each
   */
  public static KafkaSchemas start(KafkaSettings kafka) {
    try (var producer = new KafkaProducer<String, byte[]>(kafka.repeatingProducer())) {
      var sent =
          WireSchemas.byFingerprint().entrySet().stream()
              .map(e -> producer.send(message(e.getKey(), e.getValue())))
              .toList();
      for (var future : sent) {
        future.get(PUBLISH_SECONDS_MAX, TimeUnit.SECONDS);
      }
    } catch (ExecutionException | TimeoutException e) {
      throw new KafkaException("The schemas of this build could not be published", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new KafkaException("Interrupted while publishing schemas", e);
    }
    return follow(kafka);
  }

  /**
   * The same without publishing, for whoever only reads.
   *
   * @throws KafkaException where the schemas could not be read within a minute
   */
  public static KafkaSchemas follow(KafkaSettings kafka) {
    var followed = new KafkaSchemas(kafka);
    followed.follower.start();
    try {
      if (!followed.caughtUp.await(READ_SECONDS_MAX, TimeUnit.SECONDS)) {
        followed.close();
        throw new KafkaException(
            Topic.SCHEMAS.topicName() + " could not be read within " + READ_SECONDS_MAX + " s");
      }
    } catch (InterruptedException e) {
      followed.close();
      Thread.currentThread().interrupt();
      throw new KafkaException("Interrupted while reading schemas", e);
    }
    return followed;
  }

  private static ProducerRecord<String, byte[]> message(long fingerprint, Schema schema) {
    return new ProducerRecord<>(
        Topic.SCHEMAS.topicName(),
        Long.toHexString(fingerprint),
        schema.toString().getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public @Nullable Schema find(long fingerprint) {
    return schemas.get(fingerprint);
  }

  private void follow() {
    var partition = new TopicPartition(Topic.SCHEMAS.topicName(), 0);
    consumer.assign(List.of(partition));
    consumer.seekToBeginning(List.of(partition));
    while (!closed) {
      try {
        if (caughtUp.getCount() > 0) {
          catchUp(partition);
        }
        take();
      } catch (WakeupException e) {
        LOG.debug("Woken to stop.");
      } catch (InvalidOffsetException e) {
        // The log is shorter than it was: a broker has lost what nobody else had.
        consumer.seekToBeginning(List.of(partition));
      } catch (KafkaException e) {
        LOG.warn("Can't follow {}: {}", Topic.SCHEMAS.topicName(), e.getMessage());
        LockSupport.parkNanos(RETRY_NANOS);
      }
    }
    consumer.close(CloseOptions.timeout(Duration.ZERO));
  }

  private void catchUp(TopicPartition partition) {
    long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
    while (!closed && consumer.position(partition) < end) {
      take();
    }
    caughtUp.countDown();
  }

  private void take() {
    for (var record : consumer.poll(POLL)) {
      learn(record.value());
    }
  }

  private void learn(@Nullable ByteBuffer value) {
    if (value == null) {
      return;
    }
    if (schemas.size() >= SCHEMAS_MAX) {
      sayFull();
      return;
    }
    try {
      // The fingerprint is computed, never taken from the key: a wrong key can't pass one schema
      // off as another.
      var schema = SchemaRecord.parse(value);
      schemas.put(SchemaNormalization.parsingFingerprint64(schema), schema);
    } catch (SchemaRecord.NotASchema e) {
      NO_SCHEMAS.say(
          "records that are no schemas in " + Topic.SCHEMAS.topicName(),
          "A record of " + Topic.SCHEMAS.topicName() + " is not a schema: " + e.getMessage());
    }
  }

  private void sayFull() {
    if (!full) {
      full = true;
      LOG.warn(
          "{} holds more than {} schemas; those beyond are not read. Remove what is no schema of"
              + " Sluice's messages with tombstones, and start this process anew.",
          Topic.SCHEMAS.topicName(),
          SCHEMAS_MAX);
    }
  }

  @Override
  public void close() {
    closed = true;
    consumer.wakeup();
    try {
      follower.join(TimeUnit.SECONDS.toMillis(5));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
