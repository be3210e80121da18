package dev.sluice.coordinator.shell;

import dev.sluice.platform.kafka.KafkaSettings;
import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.codec.Decoded;
import dev.sluice.schemas.topics.StateKeys;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.ModelVersion;
import dev.sluice.schemas.wire.StateRecord;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Where the models' versions of a ledger partition stand in {@code sluice.job-states}. A version
 * may be megabytes, and there may be thousands of a name: only those asked for last are kept, and
 * others are read when a job asks for them. Used by one thread.
 */
final class StoredVersions implements AutoCloseable {

  /** Of those kept, as they are stored. */
  private static final long KEPT_BYTES_MAX = 8L << 20;

  /** What is read along with a version is of no use. */
  private static final int FETCH_BYTES = 64 * 1024;

  private static final Duration POLL = Duration.ofMillis(100);
  private static final long WAIT_NANOS_MAX = Duration.ofSeconds(10).toNanos();

  private record Kept(ModelVersion version, int bytes) {}

  private final KafkaSettings kafka;
  private final Codec codec;
  private final TopicPartition partition;
  private final Map<String, Long> offsets = new HashMap<>();
  private final Map<String, Kept> kept = new LinkedHashMap<>(16, 0.75f, true);
  private long keptBytes;
  private @Nullable KafkaConsumer<String, ByteBuffer> consumer;

  StoredVersions(KafkaSettings kafka, Codec codec, int partition) {
    this.kafka = kafka;
    this.codec = codec;
    this.partition = new TopicPartition(Topic.JOB_STATES.topicName(), partition);
  }

  /** Whether a state is a model's version. */
  static boolean isVersion(String key) {
    return StateKeys.ofModel(key).orElse(null) instanceof StateKeys.OfModel.Version;
  }

  /** Everything is read anew. */
  void clear() {
    offsets.clear();
    kept.clear();
    keptBytes = 0;
  }

  /** A record of the partition was read. */
  void read(ConsumerRecord<String, ByteBuffer> record) {
    if (record.key() == null) {
      return;
    }
    if (record.value() == null) {
      gone(record.key());
    } else if (isVersion(record.key())) {
      stands(record.key(), record.offset());
    }
  }

  /** A version stands at an offset now. */
  void stands(String key, long offset) {
    gone(key);
    offsets.put(key, offset);
  }

  /** A version is no more. */
  void gone(String key) {
    offsets.remove(key);
    var forgotten = kept.remove(key);
    keptBytes -= forgotten == null ? 0 : forgotten.bytes();
  }

  /**
   * A version.
   *
   * @throws IllegalStateException where it is not where it was stored
   * @throws KafkaException where the brokers don't give it
   */
  ModelVersion get(String model, int number) {
    var key = StateKeys.version(model, number);
    var known = kept.get(key);
    if (known != null) {
      return known.version();
    }
    var offset = offsets.get(key);
    if (offset == null) {
      throw new IllegalStateException(key + " is not stored in " + partition);
    }
    var record = at(offset);
    if (record.offset() == offset
        && record.value() != null
        && codec.decode(StateRecord.class, record.value())
            instanceof Decoded.Message<StateRecord>(StateRecord(ModelVersion version))) {
      keep(key, new Kept(version, record.serializedValueSize()));
      return version;
    }
    throw new IllegalStateException(key + " does not stand at " + partition + "@" + offset);
  }

  private void keep(String key, Kept version) {
    kept.put(key, version);
    keptBytes += version.bytes();
    var oldest = kept.values().iterator();
    while (keptBytes > KEPT_BYTES_MAX && kept.size() > 1) {
      keptBytes -= oldest.next().bytes();
      oldest.remove();
    }
  }

  private ConsumerRecord<String, ByteBuffer> at(long offset) {
    var reader = reader();
    reader.seek(partition, offset);
    long began = System.nanoTime();
    while (System.nanoTime() - began < WAIT_NANOS_MAX) {
      for (var record : reader.poll(POLL)) {
        return record;
      }
    }
    throw new KafkaException("Nothing came from " + partition + " at offset " + offset);
  }

  private KafkaConsumer<String, ByteBuffer> reader() {
    if (consumer == null) {
      var settings = kafka.committedScan();
      settings.put("max.poll.records", 1);
      settings.put("max.partition.fetch.bytes", FETCH_BYTES);
      consumer = new KafkaConsumer<>(settings);
      consumer.assign(Set.of(partition));
    }
    return consumer;
  }

  @Override
  public void close() {
    if (consumer != null) {
      consumer.close(CloseOptions.timeout(Duration.ZERO));
    }
  }
}
