package dev.sluice.producer.view;

import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.codec.SchemaWait;
import dev.sluice.schemas.kafka.KafkaSettings;
import dev.sluice.schemas.kafka.Unread;
import dev.sluice.schemas.topics.Topic;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Feeds a {@link ClusterView} from {@code sluice.job-states} and {@code sluice.fleet}, from their
 * beginning and for as long as the process runs, on one thread of its own. Sees committed records
 * only: a state that the ledger took back never shows.
 *
 * <p>It opens the consumer and starts over when that fails; {@link Intake} says what becomes of the
 * records.
 */
public final class ViewFollower implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ViewFollower.class);

  private static final Duration POLL = Duration.ofMillis(100);
  private static final Duration METADATA_MAX = Duration.ofSeconds(10);
  private static final long RETRY_MS = 1_000;
  private static final long CLOSE_MS_MAX = 5_000;

  private final KafkaSettings kafka;
  private final Codec codec;
  private final ClusterView view;
  private final SchemaWait schemas;
  private final BiConsumer<ConsumerRecord<String, ByteBuffer>, Unread> passedOver;
  private final CountDownLatch stop = new CountDownLatch(1);
  private final Thread thread;
  private volatile boolean caughtUp;
  private volatile @Nullable String trouble;

  private ViewFollower(
      KafkaSettings kafka,
      Codec codec,
      ClusterView view,
      Duration schemaWait,
      BiConsumer<ConsumerRecord<String, ByteBuffer>, Unread> passedOver) {
    this.schemas = new SchemaWait(schemaWait.toMillis());
    this.passedOver = passedOver;
    this.kafka = kafka;
    this.codec = codec;
    this.view = view;
    this.thread = Thread.ofPlatform().name("sluice-view").daemon().unstarted(this::run);
  }

  /**
   * Begins to follow.
   *
   * @param schemaWait longest time for which a state waits for its schema
   * @param passedOver told of records that can't be read, and why
   */
  public static ViewFollower start(
      KafkaSettings kafka,
      Codec codec,
      ClusterView view,
      Duration schemaWait,
      BiConsumer<ConsumerRecord<String, ByteBuffer>, Unread> passedOver) {
    var follower = new ViewFollower(kafka, codec, view, schemaWait, passedOver);
    follower.thread.start();
    return follower;
  }

  /** Whether everything that was in the topics when this process began has been read. */
  public boolean caughtUp() {
    return caughtUp;
  }

  /** What keeps it from following, in plain words; empty while all is well. */
  public Optional<String> trouble() {
    return Optional.ofNullable(trouble);
  }

  @Override
  public void close() {
    stop.countDown();
    try {
      thread.join(CLOSE_MS_MAX);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean stopping() {
    return stop.getCount() == 0;
  }

  private void run() {
    while (!stopping()) {
      try {
        follow();
      } catch (KafkaException e) {
        // Out of range, not authorised, no such topic: start over from the beginning in a while.
        trouble = "The topics can't be read: " + e.getMessage() + ".";
        LOG.warn("Reading the topics failed; starting over in {} ms: {}", RETRY_MS, e.toString());
        pause();
      }
    }
  }

  private void pause() {
    try {
      if (stop.await(RETRY_MS, TimeUnit.MILLISECONDS)) {
        LOG.debug("stopped while waiting to start over");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      stop.countDown();
    }
  }

  private void follow() {
    var consumer = new KafkaConsumer<String, ByteBuffer>(kafka.committedReader());
    try {
      follow(consumer);
    } finally {
      consumer.close(CloseOptions.timeout(Duration.ZERO));
    }
  }

  private void follow(KafkaConsumer<String, ByteBuffer> consumer) {
    var partitions = new ArrayList<TopicPartition>();
    for (var topic : List.of(Topic.JOB_STATES, Topic.FLEET)) {
      var infos = consumer.partitionsFor(topic.topicName(), METADATA_MAX);
      if (infos == null || infos.isEmpty()) {
        throw new KafkaException("topic " + topic.topicName() + " does not exist");
      }
      infos.forEach(info -> partitions.add(new TopicPartition(info.topic(), info.partition())));
    }
    consumer.assign(partitions);
    consumer.seekToBeginning(partitions);
    var behind = new HashMap<>(consumer.endOffsets(partitions, METADATA_MAX));
    trouble = null;
    int states =
        (int)
            partitions.stream().filter(p -> p.topic().equals(Topic.JOB_STATES.topicName())).count();
    var intake = new Intake(consumer, codec, view, states, schemas, passedOver);
    while (!stopping()) {
      intake.step(POLL, System.nanoTime());
      trouble = intake.trouble().orElse(null);
      if (!caughtUp) {
        behind.entrySet().removeIf(end -> consumer.position(end.getKey()) >= end.getValue());
        caughtUp = behind.isEmpty();
      }
    }
  }
}
