package dev.sluice.benchmark.process;

import dev.sluice.platform.kafka.KafkaSettings;
import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.codec.Decoded;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.EndedPrediction;
import dev.sluice.schemas.wire.JobStatus;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/**
 * Which jobs that had their rows themselves have ended, and when this process learnt of it: read
 * where any service reads it, in {@code sluice.predictions}.
 */
public final class Outcomes implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(50);
  private static final Duration START_MAX = Duration.ofSeconds(30);

  private final KafkaSettings kafka;
  private final Runnable told;
  private final Codec codec = Codec.builtIn();
  private final Map<String, Ended> ended = new ConcurrentHashMap<>();
  private final CountDownLatch started = new CountDownLatch(1);
  private final Thread reader;
  private volatile boolean closed;

  /**
   * A job's end.
   *
   * @param status its terminal state
   * @param nanos when it was read, by System.nanoTime
   */
  public record Ended(JobStatus status, long nanos) {}

  /**
   * Follows the topic from here on.
   *
   * @param told of each job that ends
   */
  public Outcomes(KafkaSettings kafka, Runnable told) throws InterruptedException {
    this.kafka = kafka;
    this.told = told;
    reader = Thread.ofPlatform().name("outcomes").daemon().start(this::follow);
    if (!started.await(START_MAX.toSeconds(), TimeUnit.SECONDS)) {
      close();
      throw new IllegalStateException("the topic can't be read");
    }
  }

  private void follow() {
    var partitions =
        IntStream.range(0, Topic.PREDICTIONS.partitions())
            .mapToObj(p -> new TopicPartition(Topic.PREDICTIONS.topicName(), p))
            .toList();
    try (var consumer = new KafkaConsumer<String, ByteBuffer>(kafka.committedReader())) {
      consumer.assign(partitions);
      consumer.seekToEnd(partitions);
      partitions.forEach(consumer::position);
      started.countDown();
      while (!closed) {
        consumer.poll(POLL).forEach(this::take);
      }
    }
  }

  private void take(ConsumerRecord<String, ByteBuffer> record) {
    if (record.value() != null
        && codec.decode(EndedPrediction.class, record.value())
            instanceof Decoded.Message<EndedPrediction>(var job)
        && ended.putIfAbsent(job.jobId(), new Ended(job.status(), System.nanoTime())) == null) {
      told.run();
      synchronized (this) {
        notifyAll();
      }
    }
  }

  /** Jobs that have ended so far. */
  public int count() {
    return ended.size();
  }

  /** Those of these jobs that have ended. */
  public Map<String, Ended> of(Collection<String> jobIds) {
    var found = new ConcurrentHashMap<String, Ended>();
    for (var jobId : jobIds) {
      var one = ended.get(jobId);
      if (one != null) {
        found.put(jobId, one);
      }
    }
    return found;
  }

  /**
   * Waits until so many jobs have ended.
   *
   * @param within longest wait
   * @return whether they have
   */
  public synchronized boolean await(int count, Duration within) throws InterruptedException {
    long untilNanos = System.nanoTime() + within.toNanos();
    while (ended.size() < count) {
      long leftMs = TimeUnit.NANOSECONDS.toMillis(untilNanos - System.nanoTime());
      if (leftMs <= 0) {
        return false;
      }
      wait(leftMs);
    }
    return true;
  }

  @Override
  public void close() {
    closed = true;
    try {
      var _ = reader.join(START_MAX);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
