package dev.sluice.producer.history;

import dev.sluice.platform.kafka.KafkaSettings;
import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.EndedJob;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/**
 * Reads {@code sluice.job-history}. A job's records carry the time at which it left, which the
 * ledger remembers, so the broker's index of times finds them; those that left one after the other
 * lie beside each other and are read in one go.
 */
public final class KafkaHistory implements History, AutoCloseable {

  /** Readings at one time; each has a consumer of its own, which is kept for the next. */
  private static final int READINGS_MAX = 4;

  /** Records behind a job's time beyond which it is not looked for. */
  private static final int RECORDS_MAX = 20_000;

  private static final long RECENT_BYTES = 16L << 20;
  private static final int FETCH_BYTES = 256 * 1024;
  private static final Duration POLL = Duration.ofMillis(200);
  private static final Duration ANSWER_MAX = Duration.ofSeconds(5);

  /** What has left just now may be seen as gone before it is seen in the history. */
  private static final Duration LATE_MAX = Duration.ofSeconds(1);

  private static final long LOOK_AGAIN_MS = 20;

  private final KafkaSettings kafka;
  private final Codec codec;
  private final RecentlyRead recent = new RecentlyRead(RECENT_BYTES);
  private final Semaphore readings = new Semaphore(READINGS_MAX);

  // Guarded by this.
  private final List<Consumer<String, ByteBuffer>> idle = new ArrayList<>();
  private boolean closed;

  /**
   * @param kafka the cluster
   * @param codec reads records
   */
  public KafkaHistory(KafkaSettings kafka, Codec codec) {
    this.kafka = kafka;
    this.codec = codec;
  }

  @Override
  public Map<String, KnownJob> read(Collection<EndedJob> jobs) throws HistoryBroken {
    var all = new HashMap<String, KnownJob>();
    var wanted = new ArrayList<EndedJob>();
    for (var job : jobs) {
      recent.get(job).ifPresentOrElse(known -> all.put(job.jobId(), known), () -> wanted.add(job));
    }
    if (!wanted.isEmpty()) {
      readStored(wanted).forEach((jobId, one) -> all.put(jobId, one.job()));
    }
    return all;
  }

  private Map<String, JobsInHistory.Found> readStored(List<EndedJob> wanted) throws HistoryBroken {
    try {
      if (!readings.tryAcquire(ANSWER_MAX.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new HistoryBroken("too many others read it; try again in a moment");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new HistoryBroken("the producer is stopping");
    }
    try {
      var consumer = take();
      var jobs = new JobsInHistory(codec, wanted);
      try {
        read(consumer, jobs);
        giveBack(consumer);
        return jobs.found();
      } catch (KafkaException e) {
        consumer.close(CloseOptions.timeout(Duration.ZERO));
        throw new HistoryBroken("Kafka does not give it: " + e.getMessage());
      } catch (HistoryBroken | RuntimeException e) {
        consumer.close(CloseOptions.timeout(Duration.ZERO));
        throw e;
      } finally {
        recent.add(jobs.found()); // also where time ran out: the next who asks gets further
      }
    } finally {
      readings.release();
    }
  }

  private Consumer<String, ByteBuffer> take() {
    synchronized (this) {
      if (!idle.isEmpty()) {
        return idle.removeLast();
      }
    }
    var settings = new HashMap<>(kafka.committedScan());
    settings.put("max.partition.fetch.bytes", FETCH_BYTES);
    return new KafkaConsumer<>(settings);
  }

  private void giveBack(Consumer<String, ByteBuffer> consumer) {
    synchronized (this) {
      if (!closed) {
        idle.add(consumer);
        return;
      }
    }
    consumer.close(CloseOptions.timeout(Duration.ZERO));
  }

  private static void read(Consumer<String, ByteBuffer> consumer, JobsInHistory jobs)
      throws HistoryBroken {
    long beganNanos = System.nanoTime();
    int partitions = consumer.partitionsFor(Topic.JOB_HISTORY.topicName(), ANSWER_MAX).size();
    if (partitions == 0) {
      throw new HistoryBroken("there is no " + Topic.JOB_HISTORY.topicName());
    }
    Collection<EndedJob> wanted = List.copyOf(jobs.missing());
    do {
      var mayCome = new ArrayList<EndedJob>();
      var byPartition = new LinkedHashMap<TopicPartition, List<EndedJob>>();
      for (var job : wanted) {
        var topic = job.prediction() ? Topic.PREDICTIONS : Topic.JOB_HISTORY;
        byPartition
            .computeIfAbsent(
                new TopicPartition(topic.topicName(), Topic.partition(job.jobId(), partitions)),
                p -> new ArrayList<>())
            .add(job);
      }
      for (var part : byPartition.entrySet()) {
        var partition = part.getKey();
        part.getValue().sort(Comparator.comparingLong(EndedJob::leftMs));
        mayCome.addAll(read(consumer, partition, part.getValue(), jobs, beganNanos));
      }
      wanted = mayCome;
    } while (!wanted.isEmpty() && isWorthAnotherLook(beganNanos));
  }

  private static boolean isWorthAnotherLook(long beganNanos) throws HistoryBroken {
    if (System.nanoTime() - beganNanos > LATE_MAX.toNanos()) {
      return false;
    }
    try {
      TimeUnit.MILLISECONDS.sleep(LOOK_AGAIN_MS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new HistoryBroken("the producer is stopping");
    }
    return true;
  }

  /**
   * Looks for jobs of one partition, those that left first first.
   *
   * @return those after which nothing stands there yet; the others are found, or lost
   */
  private static List<EndedJob> read(
      Consumer<String, ByteBuffer> consumer,
      TopicPartition partition,
      List<EndedJob> wanted,
      JobsInHistory jobs,
      long beganNanos)
      throws HistoryBroken {
    consumer.assign(List.of(partition));
    long end = consumer.endOffsets(List.of(partition), ANSWER_MAX).getOrDefault(partition, 0L);
    for (int i = 0; i < wanted.size(); i++) {
      var job = wanted.get(i);
      if (!jobs.missing().contains(job)) {
        continue; // found beside another
      }
      var at = consumer.offsetsForTimes(Map.of(partition, job.leftMs()), ANSWER_MAX);
      var first = at.get(partition);
      if (first == null) {
        return wanted.subList(i, wanted.size());
      }
      consumer.seek(partition, first.offset());
      long newestMs = first.timestamp();
      while (jobs.missing().contains(job)
          && consumer.position(partition) < end
          && consumer.position(partition) - first.offset() < RECORDS_MAX) {
        for (var record : consumer.poll(POLL)) {
          jobs.take(record);
          newestMs = Math.max(newestMs, record.timestamp());
        }
        if (System.nanoTime() - beganNanos > ANSWER_MAX.toNanos()) {
          throw new HistoryBroken("Kafka does not give it in time");
        }
      }
      if (newestMs <= job.leftMs() && jobs.missing().contains(job)) {
        return wanted.subList(i, wanted.size());
      }
    }
    return List.of();
  }

  @Override
  public void close() {
    List<Consumer<String, ByteBuffer>> all;
    synchronized (this) {
      closed = true;
      all = List.copyOf(idle);
      idle.clear();
    }
    all.forEach(consumer -> consumer.close(CloseOptions.timeout(Duration.ZERO)));
  }
}
