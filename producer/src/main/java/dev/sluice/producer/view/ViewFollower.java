package dev.sluice.producer.view;

import dev.sluice.platform.kafka.KafkaSettings;
import dev.sluice.platform.kafka.Unread;
import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.codec.SchemaWait;
import dev.sluice.schemas.topics.Topic;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Feeds a {@link ClusterView} from {@code sluice.job-states}, {@code sluice.job-facts} and {@code
 * sluice.fleet}, from their beginning and for as long as the process runs, on one thread of its
 * own. Sees committed records only: a state that the ledger took back never shows.
 *
 * <p>It opens the consumer and starts over when that fails; {@link ViewIntake} says what becomes of
 * the records. What is read from the beginning goes into a new view, which takes the place of the
 * one that is shown once it has come to the end that the topics had when reading began. So nobody
 * sees a state that is older than one shown before, and what was removed meanwhile is gone; the
 * view says that nothing is known ({@link ClusterView#reading}) until this has happened once.
 */
public final class ViewFollower implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ViewFollower.class);

  private static final Duration POLL = Duration.ofMillis(100);
  private static final Duration METADATA_MAX = Duration.ofSeconds(10);
  private static final long RETRY_MS = 1_000;

  /**
   * Who did not look for so long may have missed removals, which the topics keep for twice as long.
   */
  private static final Duration AWAY_MAX = Duration.ofMinutes(1);

  private static final long CLOSE_MS_MAX = 5_000;

  private final Supplier<Consumer<String, ByteBuffer>> consumers;
  private final Codec codec;
  private final ClusterView view;
  private final SchemaWait schemas;
  private final BiConsumer<ConsumerRecord<String, ByteBuffer>, Unread> passedOver;
  private final CountDownLatch stop = new CountDownLatch(1);
  private final Thread thread;
  private volatile @Nullable String trouble;

  /**
   * @param consumers opens a consumer of committed records; each is closed here
   * @param view says from now on that nothing is known, until it is fed
   */
  ViewFollower(
      Supplier<Consumer<String, ByteBuffer>> consumers,
      Codec codec,
      ClusterView view,
      Duration schemaWait,
      BiConsumer<ConsumerRecord<String, ByteBuffer>, Unread> passedOver) {
    this.consumers = consumers;
    this.schemas = new SchemaWait(schemaWait.toMillis());
    this.passedOver = passedOver;
    this.codec = codec;
    this.view = view;
    this.thread = Thread.ofPlatform().name("sluice-view").daemon().unstarted(this::run);
    view.reading(ReadingProgress.NOTHING);
  }

  /**
   * Begins to follow.
   *
   * @param view shows nothing until everything that is in the topics now was read
   * @param schemaWait longest time for which a state waits for its schema
   * @param passedOver told of records that can't be read, and why
   */
  public static ViewFollower start(
      KafkaSettings kafka,
      Codec codec,
      ClusterView view,
      Duration schemaWait,
      BiConsumer<ConsumerRecord<String, ByteBuffer>, Unread> passedOver) {
    var follower =
        new ViewFollower(
            () -> new KafkaConsumer<>(kafka.committedReader()),
            codec,
            view,
            schemaWait,
            passedOver);
    follower.start();
    return follower;
  }

  void start() {
    thread.start();
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
      } catch (RuntimeException e) {
        // Without this the thread would end, and what is shown would pass for the present state.
        trouble =
            "The topics are not followed: "
                + e
                + ". The producer's log has the details; it tries"
                + " again.";
        LOG.error("Reading the topics failed; starting over in {} ms", RETRY_MS, e);
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
    var consumer = consumers.get();
    try {
      follow(consumer);
    } finally {
      consumer.close(CloseOptions.timeout(Duration.ZERO));
    }
  }

  private void follow(Consumer<String, ByteBuffer> consumer) {
    var partitions = partitions(consumer);
    consumer.assign(partitions);
    consumer.seekToBeginning(partitions);
    // Who has ended before is looked for where it is; only those are told of who wait from now on.
    var ended = partitions.stream().filter(ViewFollower::hasPredictions).toList();
    consumer.seekToEnd(ended);
    var begin = new HashMap<>(consumer.beginningOffsets(partitions, METADATA_MAX));
    var end = consumer.endOffsets(partitions, METADATA_MAX);
    ended.forEach(partition -> begin.put(partition, end.getOrDefault(partition, 0L)));
    int states =
        (int)
            partitions.stream().filter(p -> p.topic().equals(Topic.JOB_STATES.topicName())).count();
    var anew = view.anew();
    var intake = new ViewIntake(consumer, codec, anew, states, schemas, passedOver);
    boolean shown = false;
    long lookedNanos = System.nanoTime();
    while (!stopping()) {
      long nowNanos = System.nanoTime();
      if (nowNanos - lookedNanos > AWAY_MAX.toNanos()) {
        LOG.warn("Nothing was read for {} s; starting over.", AWAY_MAX.toSeconds());
        return;
      }
      lookedNanos = nowNanos;
      intake.step(POLL, nowNanos);
      if (!shown && end.entrySet().stream().allMatch(e -> position(consumer, e) >= e.getValue())) {
        view.replaceWith(anew);
        intake.goOnInto(view);
        view.reading(null);
        shown = true;
      }
      trouble = intake.trouble().orElse(null);
      if (!shown) {
        progress(far(consumer, begin, end));
      }
    }
  }

  private static List<TopicPartition> partitions(Consumer<String, ByteBuffer> consumer) {
    var partitions = new ArrayList<TopicPartition>();
    for (var topic : List.of(Topic.JOB_STATES, Topic.JOB_FACTS, Topic.PREDICTIONS, Topic.FLEET)) {
      var infos = consumer.partitionsFor(topic.topicName(), METADATA_MAX);
      if (infos == null || infos.isEmpty()) {
        throw new KafkaException("topic " + topic.topicName() + " does not exist");
      }
      infos.forEach(info -> partitions.add(new TopicPartition(info.topic(), info.partition())));
    }
    return partitions;
  }

  private static boolean hasPredictions(TopicPartition partition) {
    return partition.topic().equals(Topic.PREDICTIONS.topicName());
  }

  private void progress(ReadingProgress far) {
    if (view.reading().isPresent()) {
      view.reading(far);
    } else if (trouble == null) {
      trouble =
          "The topics are read anew after an error, and what is shown is what was known before it: "
              + far.text()
              + ".";
    }
  }

  private static ReadingProgress far(
      Consumer<?, ?> consumer, Map<TopicPartition, Long> begin, Map<TopicPartition, Long> end) {
    long read = 0;
    long all = 0;
    for (var e : end.entrySet()) {
      long from = begin.getOrDefault(e.getKey(), 0L);
      all += Math.max(0, e.getValue() - from);
      read += Math.max(0, Math.min(position(consumer, e), e.getValue()) - from);
    }
    return new ReadingProgress(read, all);
  }

  private static long position(Consumer<?, ?> consumer, Map.Entry<TopicPartition, Long> end) {
    return consumer.position(end.getKey(), METADATA_MAX);
  }
}
