package dev.sluice.coordinator.shell;

import dev.sluice.coordinator.ledger.ModelName;
import dev.sluice.coordinator.ledger.PublishedModels;
import dev.sluice.platform.kafka.KafkaSettings;
import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.codec.Decoded;
import dev.sluice.schemas.topics.StateKeys;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.ModelEntry;
import dev.sluice.schemas.wire.ModelVersion;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows {@code sluice.models}, so that a job that asks for a version need not ask its owner. Of
 * all versions it knows the numbers; what they are it knows of those that came or were asked for
 * last, as far as they take {@value #KEPT_BYTES_MAX} bytes. Whoever asks for another is told that
 * it is not known, and asks the owner.
 */
final class ModelFollower implements PublishedModels, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ModelFollower.class);

  /** Of the versions that are kept, as they are stored. */
  static final long KEPT_BYTES_MAX = 32L << 20;

  private static final Duration POLL = Duration.ofMillis(500);
  private static final long RETRY_NANOS = Duration.ofSeconds(1).toNanos();

  private record Kept(Published published, int bytes) {}

  private final Codec codec;
  private final KafkaConsumer<String, ByteBuffer> consumer;
  private final Thread thread;
  private volatile boolean closed;

  // Guarded by this.
  private final Map<String, ModelName> names = new HashMap<>();

  /** Names of which a record could not be read: what is known of them may be what was before. */
  private final Set<String> clouded = new HashSet<>();

  private final Map<String, Kept> kept = new LinkedHashMap<>(16, 0.75f, true);
  private long keptBytes;

  ModelFollower(KafkaSettings kafka, Codec codec) {
    this.codec = codec;
    consumer = new KafkaConsumer<>(kafka.committedReader());
    thread = Thread.ofPlatform().name("models").daemon().unstarted(this::follow);
  }

  void start() {
    thread.start();
  }

  @Override
  public synchronized @Nullable Published find(String model, String version) {
    var name = clouded.contains(model) ? null : names.get(model);
    var number = name == null ? null : name.find(version);
    var known = number == null ? null : kept.get(StateKeys.published(model, number));
    return known == null ? null : known.published();
  }

  private void follow() {
    var partition = new TopicPartition(Topic.MODELS.topicName(), 0);
    consumer.assign(List.of(partition));
    consumer.seekToBeginning(List.of(partition));
    while (!closed) {
      try {
        for (var record : consumer.poll(POLL)) {
          hear(record);
        }
      } catch (InvalidOffsetException e) {
        LOG.warn("{} is not the one that was read; it is read anew.", Topic.MODELS.topicName());
        forgetAll();
        consumer.seekToBeginning(List.of(partition));
      } catch (WakeupException e) {
        LOG.debug("Woken to stop.");
      } catch (KafkaException e) {
        LOG.warn("Can't follow {}: {}", Topic.MODELS.topicName(), e.getMessage());
        LockSupport.parkNanos(RETRY_NANOS);
      }
    }
    consumer.close(CloseOptions.timeout(Duration.ZERO));
  }

  /** What can't be read counts as not known: then the owner is asked, who knows better. */
  synchronized void hear(ConsumerRecord<String, ByteBuffer> record) {
    var key = record.key();
    if (key == null) {
      return;
    }
    forget(key);
    var of = StateKeys.ofModel(StateKeys.ofPublished(key)).orElse(null);
    if (of == null) {
      return;
    }
    if (record.value() == null) {
      var name = names.get(of.name());
      if (name != null) {
        name.remove(of);
      }
      return;
    }
    switch (of) {
      case StateKeys.OfModel.Entry(var model) -> {
        if (codec.decode(ModelEntry.class, record.value())
                instanceof Decoded.Message<ModelEntry>(var entry)
            && entry.name().equals(model)) {
          name(model).apply(entry);
        } else {
          clouded.add(model);
        }
      }
      case StateKeys.OfModel.Version(var model, int number) -> {
        if (codec.decode(ModelVersion.class, record.value())
                instanceof Decoded.Message<ModelVersion>(var version)
            && version.name().equals(model)
            && version.version() == number) {
          name(model).apply(version);
          keep(
              key, new Kept(new Published(version, record.offset()), record.serializedValueSize()));
        } else {
          clouded.add(model);
        }
      }
      case StateKeys.OfModel.Place _ -> {}
    }
  }

  private synchronized void forgetAll() {
    names.clear();
    kept.clear();
    keptBytes = 0;
    clouded.clear();
  }

  private ModelName name(String model) {
    return names.computeIfAbsent(model, ModelName::new);
  }

  private void forget(String key) {
    var before = kept.remove(key);
    keptBytes -= before == null ? 0 : before.bytes();
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

  @Override
  public void close() {
    closed = true;
    consumer.wakeup();
    try {
      thread.join(Duration.ofSeconds(2));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
