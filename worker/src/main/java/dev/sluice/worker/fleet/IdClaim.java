package dev.sluice.worker.fleet;

import dev.sluice.platform.config.ConfigProblem;
import dev.sluice.platform.kafka.KafkaSettings;
import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.codec.Decoded;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.WorkerHeartbeat;
import dev.sluice.schemas.wire.WorkerLife;
import dev.sluice.worker.broker.Following;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes sure that only one process at a time works under a worker id that was given. It reads all
 * heartbeats, in a thread of its own, so workers whose id is unique by itself do without.
 */
public final class IdClaim implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(IdClaim.class);

  private static final Duration POLL = Duration.ofMillis(500);
  private static final long LOOK_MS = 20;

  /** Heartbeats that may fail to come before a process counts as silent, and the shortest time. */
  private static final int SILENT_HEARTBEATS = 2;

  private static final long SILENCE_MS_MIN = 1_000;

  /** The longest time for which a start listens. */
  private static final long SILENCE_MS_MAX = 10_000;

  /** The same sentence about the same processes is said again after this time. */
  private static final long SAID_AGAIN_NANOS = TimeUnit.MINUTES.toNanos(1);

  private final WorkerLife who;
  private final Codec codec;
  private final Namesakes namesakes;
  private final long silenceMs;
  private final Consumer<Cause> onTaken;
  private final CountDownLatch heardAnother = new CountDownLatch(1);
  private final Following following;
  private volatile @Nullable Long listeningNanos;
  private volatile @Nullable Cause taken;
  private long saidNanos = System.nanoTime() - SAID_AGAIN_NANOS;

  /**
   * Begins to listen.
   *
   * @param kafka cluster
   * @param codec decodes heartbeats
   * @param who this process
   * @param heartbeatMs time between two heartbeats of a worker, in milliseconds
   * @param onTaken told, once this process works, that another has its id and goes on
   * @param onDefect told where its thread fails
   */
  public IdClaim(
      KafkaSettings kafka,
      Codec codec,
      WorkerLife who,
      int heartbeatMs,
      Consumer<Cause> onTaken,
      Thread.UncaughtExceptionHandler onDefect) {
    this.who = who;
    this.codec = codec;
    this.onTaken = onTaken;
    this.silenceMs =
        Math.clamp((long) SILENT_HEARTBEATS * heartbeatMs, SILENCE_MS_MIN, SILENCE_MS_MAX);
    this.namesakes = new Namesakes(who.life(), silenceMs);
    this.following =
        new Following(
            List.of(new TopicPartition(Topic.FLEET.topicName(), 0)),
            kafka.batchReader(),
            "id-claim",
            "look for others with this worker's id",
            LOG,
            new Reader(),
            onDefect);
    following.start();
  }

  /**
   * Waits until it has listened for long enough.
   *
   * @param longest longest wait for the brokers
   * @throws ConfigProblem where another process has this id
   * @throws KafkaException where the brokers can't be asked
   */
  public void awaitAlone(Duration longest) throws InterruptedException {
    // Longer than the silence, so that whoever was not heard has been silent.
    long nanos = TimeUnit.MILLISECONDS.toNanos(silenceMs + silenceMs / 2);
    long deadline = System.nanoTime() + nanos + longest.toNanos();
    while (taken == null) {
      var since = listeningNanos;
      if (since != null && System.nanoTime() - since >= nanos) {
        return;
      }
      if (System.nanoTime() - deadline > 0) {
        throw new KafkaException(
            "heartbeats could not be read within " + longest.toMillis() + " ms");
      }
      var _ = heardAnother.await(LOOK_MS, TimeUnit.MILLISECONDS);
    }
    throw new ConfigProblem(List.of(taken));
  }

  /** Reads from the end. */
  private final class Reader implements Following.Reader {

    @Override
    public void begin(KafkaConsumer<String, ByteBuffer> consumer, List<TopicPartition> partitions) {
      consumer.seekToEnd(partitions);
    }

    @Override
    public void take(KafkaConsumer<String, ByteBuffer> consumer, List<TopicPartition> partitions) {
      if (listeningNanos == null) {
        partitions.forEach(consumer::position); // asks the brokers, so it fails while they are away
        listeningNanos = System.nanoTime();
      }
      consumer.poll(POLL).forEach(IdClaim.this::hear);
    }
  }

  private void hear(ConsumerRecord<String, ByteBuffer> record) {
    if (!who.worker().equals(record.key()) || record.value() == null || following.closing()) {
      return;
    }
    // What can't be read says nothing; whoever follows the fleet puts it away.
    if (codec.decode(WorkerHeartbeat.class, record.value())
        instanceof Decoded.Message<WorkerHeartbeat>(var heartbeat)) {
      switch (namesakes.hear(heartbeat.life(), heartbeat.leaving(), record.timestamp())) {
        case NONE -> {}
        case OTHER_ENDS -> say(heartbeat);
        case THIS_ENDS -> {
          var cause = shared(who.worker(), heartbeat, "This one ends.");
          taken = cause;
          heardAnother.countDown();
          onTaken.accept(cause);
        }
      }
    }
  }

  private void say(WorkerHeartbeat other) {
    long now = System.nanoTime();
    if (now - saidNanos >= SAID_AGAIN_NANOS) {
      saidNanos = now;
      var cause = shared(who.worker(), other, "That one ends, and this one goes on.");
      LOG.warn("{} {} {}", cause.what(), cause.why(), cause.mend());
    }
  }

  private static Cause shared(String id, WorkerHeartbeat other, String outcome) {
    return new Cause(
        Code.WORKER_ID_TAKEN,
        "id",
        String.format(
            Locale.ROOT,
            "Another process has the worker id %s: lane %s, host %s, process %d.",
            id,
            other.lane(),
            other.host(),
            other.pid()),
        "What one does would be taken for what the other does. " + outcome,
        "Give each worker an --id of its own, or none.");
  }

  @Override
  public void close() {
    following.close();
  }
}
