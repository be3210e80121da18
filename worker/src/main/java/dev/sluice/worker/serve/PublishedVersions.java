package dev.sluice.worker.serve;

import dev.sluice.platform.kafka.KafkaSettings;
import dev.sluice.platform.kafka.Unread;
import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.codec.Decoded;
import dev.sluice.schemas.topics.StateKeys;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.ModelVersion;
import dev.sluice.worker.rows.ModelVersions;
import dev.sluice.worker.tasks.RecentlyUsed;
import dev.sluice.worker.tasks.TaskProblem;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Versions of models in {@code sluice.models}, read where a task says that one stands. Where none
 * is said, or another record stands there by now, the topic is read up to its end, from where it
 * was read last. Those used last are kept. For one thread.
 */
final class PublishedVersions implements ModelVersions, AutoCloseable {

  private static final int KEPT_MAX = 64;

  /** Of the versions that are kept, as they are stored. */
  private static final long KEPT_BYTES_MAX = 32L << 20;

  private static final Duration POLL = Duration.ofMillis(100);
  private static final long READ_NANOS_MAX = Duration.ofSeconds(10).toNanos();
  private static final TopicPartition MODELS = new TopicPartition(Topic.MODELS.topicName(), 0);

  private record At(String key, long offset) {}

  private record Kept(ModelVersion version, long bytes) {}

  private final Supplier<org.apache.kafka.clients.consumer.Consumer<String, ByteBuffer>> opening;
  private final Codec codec;
  private final RecentlyUsed<At, Kept> kept =
      new RecentlyUsed<>(KEPT_MAX, KEPT_BYTES_MAX, Kept::bytes, each -> {});
  private final Map<String, Long> offsets = new HashMap<>();
  private long followed = -1;
  private org.apache.kafka.clients.consumer.@Nullable Consumer<String, ByteBuffer> consumer;

  PublishedVersions(KafkaSettings kafka, Codec codec) {
    this(() -> new KafkaConsumer<>(kafka.committedScan()), codec);
  }

  /**
   * @param opening opens a consumer of committed records
   */
  PublishedVersions(
      Supplier<org.apache.kafka.clients.consumer.Consumer<String, ByteBuffer>> opening,
      Codec codec) {
    this.opening = opening;
    this.codec = codec;
  }

  @Override
  public ModelVersion find(String model, int version, long place) throws TaskProblem {
    var key = StateKeys.published(model, version);
    var known = place < 0 ? null : kept.get(new At(key, place)).orElse(null);
    if (known != null) {
      return known.version();
    }
    try {
      var found = place < 0 ? null : at(key, model, version, place);
      return found != null ? found : lookedFor(key, model, version);
    } catch (KafkaException e) {
      close(); // whatever is wrong with it, the next one is new
      throw e;
    }
  }

  private ModelVersion lookedFor(String key, String model, int version) throws TaskProblem {
    follow();
    var offset = offsets.get(key);
    var found = offset == null ? null : at(key, model, version, offset);
    if (found == null) {
      throw new TaskProblem(
          new Cause(
              Code.NO_SUCH_MODEL,
              "model",
              "There is no version " + version + " of model " + model + ".",
              "It has been deleted since the job was admitted.",
              "Choose another version; sluice model list shows what there is."),
          false);
    }
    return found;
  }

  /** The version that stands at an offset; null: another record does, or none. */
  private @Nullable ModelVersion at(String key, String model, int version, long offset)
      throws TaskProblem {
    var known = kept.get(new At(key, offset)).orElse(null);
    if (known != null) {
      return known.version();
    }
    var record = record(offset);
    if (record == null || !key.equals(record.key()) || record.value() == null) {
      return null;
    }
    return switch (codec.decode(ModelVersion.class, record.value())) {
      case Decoded.Message<ModelVersion>(var found) -> {
        if (!found.name().equals(model) || found.version() != version) {
          yield null;
        }
        kept.put(new At(key, offset), new Kept(found, record.serializedValueSize()));
        yield found;
      }
      case Decoded.UnknownSchema<ModelVersion>(long fingerprint) ->
          throw new TaskProblem(
              Unread.unknownSchema(fingerprint)
                  .cause(MODELS + "@" + offset, "Upgrade this worker."),
              true);
      case Decoded.Malformed<ModelVersion> _ -> null;
    };
  }

  private @Nullable ConsumerRecord<String, ByteBuffer> record(long offset) {
    var found = new ArrayList<ConsumerRecord<String, ByteBuffer>>(1);
    try {
      if (offset < end()) {
        read(offset, offset + 1, found::add);
      }
    } catch (InvalidOffsetException e) {
      return null; // before the beginning of the topic
    }
    return found.isEmpty() || found.getFirst().offset() != offset ? null : found.getFirst();
  }

  /** Reads on from where it was read last. */
  private void follow() {
    try {
      followed = read(beginning(), end(), this::note);
    } catch (InvalidOffsetException e) {
      // Made anew, or trimmed by somebody.
      offsets.clear();
      followed = -1;
      followed = read(beginning(), end(), this::note);
    }
  }

  private void note(ConsumerRecord<String, ByteBuffer> record) {
    if (record.key() != null && record.value() == null) {
      offsets.remove(record.key());
    } else if (record.key() != null) {
      offsets.put(record.key(), record.offset());
    }
  }

  private long beginning() {
    return followed >= 0
        ? followed
        : reader().beginningOffsets(List.of(MODELS)).getOrDefault(MODELS, 0L);
  }

  private long end() {
    return reader().endOffsets(List.of(MODELS)).getOrDefault(MODELS, 0L);
  }

  /** Reads until an offset is reached; returns up to where. */
  private long read(long from, long to, Consumer<ConsumerRecord<String, ByteBuffer>> each) {
    if (from >= to) {
      return from;
    }
    var reader = reader();
    reader.seek(MODELS, from);
    long beganNanos = System.nanoTime();
    while (reader.position(MODELS) < to) {
      for (var record : reader.poll(POLL)) {
        each.accept(record);
      }
      if (System.nanoTime() - beganNanos > READ_NANOS_MAX) {
        throw new KafkaException(MODELS + " was not read in time");
      }
    }
    return reader.position(MODELS);
  }

  private org.apache.kafka.clients.consumer.Consumer<String, ByteBuffer> reader() {
    var open = consumer;
    if (open == null) {
      open = opening.get();
      open.assign(List.of(MODELS));
      consumer = open;
    }
    return open;
  }

  @Override
  public void close() {
    if (consumer != null) {
      consumer.close(CloseOptions.timeout(Duration.ZERO));
      consumer = null;
    }
  }
}
