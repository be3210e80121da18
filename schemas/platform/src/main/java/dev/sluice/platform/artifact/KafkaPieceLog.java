package dev.sluice.platform.artifact;

import dev.sluice.platform.kafka.KafkaSettings;
import dev.sluice.schemas.topics.Topic;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** {@code sluice.artifacts}. Clients are opened on first use. */
final class KafkaPieceLog implements PieceLog {

  private static final Duration CLOSE_MAX = Duration.ofSeconds(5);

  private final KafkaSettings kafka;
  private final @Nullable Producer<String, byte[]> lent;
  private @Nullable Producer<String, byte[]> producer;
  private @Nullable KafkaProducer<String, byte[]> soonProducer;
  private boolean closed;

  /**
   * @param lent writes pieces and is closed by the caller; null: one of its own does
   */
  KafkaPieceLog(KafkaSettings kafka, @Nullable Producer<String, byte[]> lent) {
    this.kafka = kafka;
    this.lent = lent;
  }

  @Override
  public int partitions() {
    return Topic.ARTIFACTS.partitions();
  }

  @Override
  public CompletableFuture<Long> append(int partition, String key, byte[] value) {
    return send(writer(), partition, key, value);
  }

  @Override
  public CompletableFuture<Long> appendSoon(int partition, String key, byte @Nullable [] value) {
    return send(soonWriter(), partition, key, value);
  }

  @SuppressWarnings("FutureReturnValueIgnored") // the callback says the same
  private static CompletableFuture<Long> send(
      Producer<String, byte[]> through, int partition, String key, byte @Nullable [] value) {
    var stored = new CompletableFuture<Long>();
    through.send(
        new ProducerRecord<>(Topic.ARTIFACTS.topicName(), partition, key, value),
        (where, failure) -> {
          if (failure == null) {
            stored.complete(where.timestamp());
          } else {
            stored.completeExceptionally(failure);
          }
        });
    return stored;
  }

  private synchronized KafkaProducer<String, byte[]> soonWriter() {
    if (closed) {
      throw new KafkaException("the artifact store is closed");
    }
    if (soonProducer == null) {
      soonProducer = new KafkaProducer<>(kafka.heartbeatProducer());
    }
    return soonProducer;
  }

  private synchronized Producer<String, byte[]> writer() {
    if (closed) {
      throw new KafkaException("the artifact store is closed");
    }
    if (lent != null) {
      return lent;
    }
    if (producer == null) {
      producer = new KafkaProducer<>(kafka.pieceProducer());
    }
    return producer;
  }

  @Override
  public Reader open() {
    return new KafkaReader(new KafkaConsumer<>(kafka.pieceReader()));
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (producer != null) {
      producer.close(CLOSE_MAX);
    }
    if (soonProducer != null) {
      soonProducer.close(CLOSE_MAX);
    }
  }

  private static final class KafkaReader implements Reader {

    private final KafkaConsumer<String, ByteBuffer> consumer;
    private TopicPartition at = of(0);

    KafkaReader(KafkaConsumer<String, ByteBuffer> consumer) {
      this.consumer = consumer;
    }

    private static TopicPartition of(int partition) {
      return new TopicPartition(Topic.ARTIFACTS.topicName(), partition);
    }

    @Override
    public long end(int partition) {
      var end = consumer.endOffsets(Set.of(of(partition))).get(of(partition));
      if (end == null) {
        throw new KafkaException("There is no partition " + of(partition));
      }
      return end;
    }

    @Override
    public long beginning(int partition) {
      return consumer.beginningOffsets(Set.of(of(partition))).getOrDefault(of(partition), 0L);
    }

    @Override
    public void seek(int partition, long offset) {
      at = of(partition);
      if (!consumer.assignment().equals(Set.of(at))) {
        consumer.assign(Set.of(at));
      }
      consumer.seek(at, offset);
    }

    @Override
    public long position() {
      return consumer.position(at);
    }

    @Override
    public Iterable<ConsumerRecord<String, ByteBuffer>> poll(Duration within) {
      return consumer.poll(within);
    }

    @Override
    public void close() {
      consumer.close(CloseOptions.timeout(Duration.ZERO));
    }
  }
}
