package dev.sluice.schemas.artifact;

import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.codec.Decoded;
import dev.sluice.schemas.codec.Digests;
import dev.sluice.schemas.kafka.DeadLetters;
import dev.sluice.schemas.kafka.Grouped;
import dev.sluice.schemas.kafka.KafkaSettings;
import dev.sluice.schemas.kafka.PassedOver;
import dev.sluice.schemas.kafka.Unread;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.ArtifactChunk;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Files in {@code sluice.artifacts}: pieces of 1 MiB, found by the SHA-256 of the whole file, which
 * is checked on every read. All pieces of a file are in the partition of its digest; a reader scans
 * that partition once, remembers where files begin, and keeps the files it read last in memory.
 *
 * <p>Safe for use by several threads, one at a time.
 */
public final class ArtifactStore implements AutoCloseable {

  /** Largest file, in bytes. */
  public static final long FILE_BYTES_MAX = 256L * 1024 * 1024;

  private static final Logger LOG = LoggerFactory.getLogger(ArtifactStore.class);

  private static final Grouped STRANGE = new Grouped(LOG::warn);

  /** How the keys of first pieces end. */
  private static final String FIRST = "/0";

  /** Most files that are looked at again; of more, those beyond are found by another process. */
  private static final int STRANGE_MAX = 10_000;

  private static final int CHUNK_BYTES = 1024 * 1024;
  private static final long CACHE_BYTES_MAX = 256L * 1024 * 1024;
  private static final Duration WAIT_MAX = Duration.ofSeconds(15);
  private static final Duration POLL = Duration.ofMillis(200);

  private final KafkaSettings kafka;
  private final Codec codec;
  private final Map<String, Long> firstOffsets = new HashMap<>();
  private final Map<TopicPartition, Long> scannedTo = new HashMap<>();

  /** First pieces whose schema was not known when they were seen. */
  private final Map<String, Long> strange = new HashMap<>();

  private final PassedOver passedOver;
  private final LinkedHashMap<String, byte[]> cache = new LinkedHashMap<>(16, 0.75f, true);
  private long cacheBytes;
  private @Nullable KafkaProducer<String, byte[]> producer;
  private @Nullable KafkaConsumer<String, ByteBuffer> consumer;

  /**
   * @param kafka cluster that holds the files; clients are opened on first use
   * @param codec reads and writes pieces
   */
  public ArtifactStore(KafkaSettings kafka, Codec codec) {
    this.kafka = kafka;
    this.codec = codec;
    this.passedOver = new PassedOver(kafka, codec);
  }

  /**
   * Stores a file and waits until the brokers have it. Storing a file again does no harm.
   *
   * @return its digest
   * @throws IllegalArgumentException where it is larger than {@link #FILE_BYTES_MAX}
   * @throws KafkaException where the brokers do not take it in time
   */
  public synchronized String put(byte[] file) {
    if (file.length > FILE_BYTES_MAX) {
      throw new IllegalArgumentException(
          "A file of " + file.length + " bytes is larger than " + FILE_BYTES_MAX + " bytes");
    }
    var digest = Digests.sha256(file);
    if (has(digest)) {
      return digest;
    }
    var out = writer();
    int partition = partition(digest, reader()).partition();
    int chunks = Math.max(1, Math.ceilDiv(file.length, CHUNK_BYTES));
    var sent = new ArrayList<Future<RecordMetadata>>();
    for (int chunk = 0; chunk < chunks; chunk++) {
      int from = chunk * CHUNK_BYTES;
      var payload = ByteBuffer.wrap(file, from, Math.min(CHUNK_BYTES, file.length - from)).slice();
      var value = codec.encode(new ArtifactChunk(digest, chunk, chunks, file.length, payload));
      sent.add(
          out.send(
              new ProducerRecord<>(
                  Topic.ARTIFACTS.topicName(), partition, digest + "/" + chunk, value)));
    }
    sent.forEach(ArtifactStore::await);
    remember(digest, file);
    return digest;
  }

  /** Whether the file is stored, as far as committed now. */
  public synchronized boolean has(String digest) {
    if (cache.containsKey(digest)) {
      return true;
    }
    var in = reader();
    var partition = partition(digest, in);
    scan(in, partition);
    lookAgain(in, partition, digest);
    return firstOffsets.containsKey(digest);
  }

  /**
   * Reads a file, waiting some seconds where it is not there yet.
   *
   * @throws ArtifactMissing where it does not come, or is not what its digest says
   * @throws KafkaException where the brokers do not answer
   */
  public synchronized byte[] get(String digest) throws ArtifactMissing {
    var cached = cache.get(digest);
    if (cached != null) {
      return cached;
    }
    if (!Digests.wellFormed(digest)) {
      throw new ArtifactMissing(digest, "It is not a digest: sha256: and 64 hexadecimal digits.");
    }
    var in = reader();
    var partition = partition(digest, in);
    long deadline = System.nanoTime() + WAIT_MAX.toNanos();
    do {
      scan(in, partition);
      lookAgain(in, partition, digest);
      var first = firstOffsets.get(digest);
      var file = first == null ? null : assemble(in, partition, digest, first, deadline);
      if (file != null) {
        if (!Digests.sha256(file).equals(digest)) {
          throw new ArtifactMissing(digest, "The stored bytes have another digest.");
        }
        remember(digest, file);
        return file;
      }
      in.poll(POLL);
    } while (System.nanoTime() < deadline);
    throw new ArtifactMissing(
        digest,
        strange.containsKey(digest)
            ? "It was stored with a schema that " + Topic.SCHEMAS.topicName() + " does not hold."
            : "No such file has been stored.");
  }

  /** Reads what has been appended since the last scan and notes where files begin. */
  private void scan(KafkaConsumer<String, ByteBuffer> in, TopicPartition partition) {
    in.assign(Set.of(partition));
    long end = endOffset(in, partition);
    var from = scannedTo.get(partition);
    if (from == null) {
      in.seekToBeginning(Set.of(partition));
    } else {
      in.seek(partition, from);
    }
    long deadline = System.nanoTime() + WAIT_MAX.toNanos();
    while (in.position(partition) < end && System.nanoTime() < deadline) {
      for (var record : in.poll(POLL)) {
        if (record.key() != null && record.key().endsWith(FIRST) && record.value() != null) {
          begins(record);
        }
      }
    }
    scannedTo.put(partition, in.position(partition));
    requireRead(in, partition, end);
  }

  /** A file whose schema was not known when its beginning was passed is there once it is. */
  private void lookAgain(
      KafkaConsumer<String, ByteBuffer> in, TopicPartition partition, String digest) {
    var offset = strange.get(digest);
    if (offset == null || firstOffsets.containsKey(digest)) {
      return;
    }
    in.seek(partition, offset);
    for (var record : in.poll(POLL)) {
      if (record.offset() == offset && record.value() != null) {
        begins(record);
      }
    }
    if (firstOffsets.containsKey(digest)) {
      strange.remove(digest);
    }
  }

  /** What was not read to its end may hold what was not found: the brokers are away, or slow. */
  private static void requireRead(
      KafkaConsumer<String, ByteBuffer> in, TopicPartition partition, long end) {
    if (in.position(partition) < end) {
      throw new KafkaException(
          String.format(
              Locale.ROOT,
              "%s could not be read to its end within %d s",
              partition,
              WAIT_MAX.toSeconds()));
    }
  }

  /** Notes where a file begins; a record that is no first piece of that file must not hide it. */
  private void begins(ConsumerRecord<String, ByteBuffer> record) {
    var digest = record.key().substring(0, record.key().length() - FIRST.length());
    switch (codec.decode(ArtifactChunk.class, record.value())) {
      case Decoded.Message<ArtifactChunk>(var chunk)
          when chunk.artifact().equals(digest) && chunk.chunk() == 0 && Pieces.sound(chunk) ->
          firstOffsets.putIfAbsent(digest, record.offset());
      case Decoded.Message<ArtifactChunk>(var other) ->
          passedOver.accept(record, Unread.because("It is no first piece of " + digest + "."));
      case Decoded.Malformed<ArtifactChunk>(var why) ->
          passedOver.accept(record, Unread.because(why));
      case Decoded.UnknownSchema<ArtifactChunk>(long fingerprint) -> {
        if (strange.size() < STRANGE_MAX && strange.putIfAbsent(digest, record.offset()) == null) {
          STRANGE.say(
              "files of unknown schemas",
              String.format(
                  Locale.ROOT,
                  "%s begins a file with schema %016x, which is not known yet.",
                  DeadLetters.place(record),
                  fingerprint));
        }
      }
    }
  }

  private static long endOffset(KafkaConsumer<String, ByteBuffer> in, TopicPartition partition) {
    var end = in.endOffsets(Set.of(partition)).get(partition);
    if (end == null) {
      throw new KafkaException("There is no partition " + partition);
    }
    return end;
  }

  private byte @Nullable [] assemble(
      KafkaConsumer<String, ByteBuffer> in,
      TopicPartition partition,
      String digest,
      long first,
      long deadline) {
    var pieces = new Pieces(digest);
    long end = endOffset(in, partition);
    in.seek(partition, first);
    while (!pieces.complete() && in.position(partition) < end && System.nanoTime() < deadline) {
      for (var record : in.poll(POLL)) {
        if (record.value() != null
            && record.key() != null
            && record.key().startsWith(digest)
            && codec.decode(ArtifactChunk.class, record.value())
                instanceof Decoded.Message<ArtifactChunk>(var chunk)) {
          pieces.take(chunk);
        }
      }
    }
    var file = pieces.file();
    if (file.isEmpty()) {
      requireRead(in, partition, end);
    }
    return file.orElse(null);
  }

  private void remember(String digest, byte[] file) {
    if (cache.put(digest, file) == null) {
      cacheBytes += file.length;
    }
    var oldest = cache.entrySet().iterator();
    while (cacheBytes > CACHE_BYTES_MAX && cache.size() > 1) {
      cacheBytes -= oldest.next().getValue().length;
      oldest.remove();
    }
  }

  private static TopicPartition partition(String digest, KafkaConsumer<String, ByteBuffer> in) {
    int partitions = in.partitionsFor(Topic.ARTIFACTS.topicName()).size();
    return new TopicPartition(Topic.ARTIFACTS.topicName(), Topic.partition(digest, partitions));
  }

  private static void await(Future<RecordMetadata> sent) {
    try {
      sent.get(WAIT_MAX.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw new KafkaException("A piece of an artifact was not stored", e.getCause());
    } catch (TimeoutException e) {
      throw new KafkaException("A piece of an artifact was not stored in time", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new KafkaException("Interrupted while storing an artifact", e);
    }
  }

  private KafkaProducer<String, byte[]> writer() {
    if (producer == null) {
      producer = new KafkaProducer<>(kafka.bulkProducer());
    }
    return producer;
  }

  private KafkaConsumer<String, ByteBuffer> reader() {
    if (consumer == null) {
      consumer = new KafkaConsumer<>(kafka.committedScan());
    }
    return consumer;
  }

  @Override
  public synchronized void close() {
    passedOver.close();
    var timeout = Duration.ofSeconds(5);
    if (producer != null) {
      producer.close(timeout);
    }
    if (consumer != null) {
      consumer.close(org.apache.kafka.clients.consumer.CloseOptions.timeout(timeout));
    }
  }
}
