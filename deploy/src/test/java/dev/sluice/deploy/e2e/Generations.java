package dev.sluice.deploy.e2e;

import dev.sluice.platform.kafka.KafkaSettings;
import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.codec.Decoded;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.Contribution;
import dev.sluice.schemas.wire.GradientRecord;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/**
 * When each generation of a job's parameters was there, as {@code sluice.gradients} has it, while
 * it is followed: whoever folds, a step's first contribution shows that somebody has the generation
 * that it is computed from. The time is that of the record.
 */
final class Generations implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(100);
  private static final Duration CLOSE_MAX = Duration.ofSeconds(5);

  /** Time between two generations that follow each other, in milliseconds. */
  record Gap(long fromMs, long toMs) {
    long ms() {
      return toMs - fromMs;
    }
  }

  private final Codec codec = Codec.builtIn();
  private final String jobId;
  private final KafkaConsumer<String, ByteBuffer> consumer;
  private final NavigableMap<Long, Long> seenMs = new ConcurrentSkipListMap<>();
  private final Thread thread;
  private volatile boolean closed;

  Generations(Cluster cluster, String jobId) {
    this.jobId = jobId;
    consumer =
        new KafkaConsumer<>(KafkaSettings.of(cluster.bootstrapServers()).uncommittedReader());
    int partition = Topic.partition(Topic.blockKey(jobId, 0), Topic.GRADIENTS.partitions());
    var place = List.of(new TopicPartition(Topic.GRADIENTS.topicName(), partition));
    consumer.assign(place);
    consumer.seekToBeginning(place);
    thread = Thread.ofPlatform().name("generations").daemon().start(this::follow);
  }

  private void follow() {
    try (consumer) {
      while (!closed) {
        consumer.poll(POLL).forEach(this::note);
      }
    }
  }

  private void note(ConsumerRecord<String, ByteBuffer> record) {
    if (record.value() != null
        && codec.decode(GradientRecord.class, record.value())
            instanceof Decoded.Message<GradientRecord>(var gradient)
        && gradient.jobId().equals(jobId)
        && gradient.entry() instanceof Contribution contribution
        && contribution.step() >= 0) {
      seenMs.putIfAbsent(contribution.step(), record.timestamp());
    }
  }

  /** The newest generation; -1: none. */
  long newest() {
    return seenMs.isEmpty() ? -1 : seenMs.lastKey();
  }

  /** The longest gap that a span of time has part in. */
  Optional<Gap> longest(long fromMs, long toMs) {
    return gaps().stream()
        .filter(gap -> gap.toMs >= fromMs && gap.fromMs <= toMs)
        .max((one, other) -> Long.compare(one.ms(), other.ms()));
  }

  /** The gap that half of all are shorter than, in milliseconds. */
  long medianMs() {
    var sorted = gaps().stream().mapToLong(Gap::ms).sorted().toArray();
    return sorted.length == 0 ? 0 : sorted[sorted.length / 2];
  }

  private List<Gap> gaps() {
    var times = List.copyOf(seenMs.values());
    return IntStream.range(1, times.size())
        .mapToObj(i -> new Gap(times.get(i - 1), times.get(i)))
        .toList();
  }

  @Override
  public void close() {
    closed = true;
    try {
      thread.join(CLOSE_MAX);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
