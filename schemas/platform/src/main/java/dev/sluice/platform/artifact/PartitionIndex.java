package dev.sluice.platform.artifact;

import dev.sluice.platform.kafka.DeadLetters;
import dev.sluice.platform.kafka.Grouped;
import dev.sluice.platform.kafka.Unread;
import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.codec.Decoded;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.ArtifactChunk;
import dev.sluice.schemas.wire.ArtifactNotice;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which files one partition holds, as far as it was read. It is read when somebody asks: on from
 * where it was read before, by one thread; others that ask meanwhile wait for it, for a bounded
 * time, as they would for their own. Thread-safe.
 */
final class PartitionIndex {

  private static final Logger LOG = LoggerFactory.getLogger(PartitionIndex.class);
  private static final Grouped STRANGE = new Grouped(LOG::warn);

  /** Most files that are looked at again; of more, those beyond are found by another process. */
  private static final int STRANGE_MAX = 10_000;

  /** How the key of a file's notice ends. */
  static final String NOTICE = "/notice";

  private static final Duration POLL = Duration.ofMillis(200);

  private final int partition;
  private final Readers readers;
  private final Codec codec;
  private final BiConsumer<ConsumerRecord<String, ByteBuffer>, Unread> passedOver;
  private final ReentrantLock reading = new ReentrantLock();

  // Guarded by reading.
  private final Map<String, Pieces> files = new HashMap<>();

  /** Files that go. */
  private final Map<String, Notice> notices = new HashMap<>();

  /**
   * Notices by which files were removed, until they are void: several may remove at once, and one
   * that is late would remove what was stored after another was done.
   */
  private final Map<String, Notice> followed = new HashMap<>();

  /** What is stored, as far as it was read. For any thread. */
  private final AtomicLong bytes = new AtomicLong();

  /** Files whose bytes have another digest; they count as missing until they are stored again. */
  private final Set<String> corrupt = new HashSet<>();

  /** Where files begin that are written with a schema that was not known. */
  private final Map<String, Long> strange = new HashMap<>();

  private long readTo = -1;

  PartitionIndex(
      int partition,
      Readers readers,
      Codec codec,
      BiConsumer<ConsumerRecord<String, ByteBuffer>, Unread> passedOver) {
    this.partition = partition;
    this.readers = readers;
    this.codec = codec;
    this.passedOver = passedOver;
  }

  /**
   * Where a file's pieces stand, as far as committed now; empty where one of them is missing.
   *
   * @throws KafkaException where that can't be found out in time
   */
  Optional<Pieces.Found> find(String digest, Duration within) {
    long deadline = System.nanoTime() + within.toNanos();
    lock(within);
    try (var lent = readers.lend()) {
      var reader = lent.reader();
      lookAgain(reader, digest, deadline);
      readToEnd(reader, deadline);
      var pieces = files.get(digest);
      return pieces == null || !pieces.complete() || corrupt.contains(digest)
          ? Optional.empty()
          : Optional.of(pieces.found());
    } finally {
      reading.unlock();
    }
  }

  /** All files that there are, as far as committed now. */
  List<StoredFile> files(Duration within) {
    long deadline = System.nanoTime() + within.toNanos();
    lock(within);
    try (var lent = readers.lend()) {
      readToEnd(lent.reader(), deadline);
      var all = new ArrayList<StoredFile>(files.size());
      files.forEach(
          (digest, file) ->
              all.add(new StoredFile(digest, file.bytes(), file.storedMs(), notices.get(digest))));
      return all;
    } finally {
      reading.unlock();
    }
  }

  /** The notice that a file goes, or has just gone, as of when it was looked for last. */
  Optional<Notice> notice(String digest, Duration within) {
    lock(within);
    try {
      var notice = notices.get(digest);
      return Optional.ofNullable(notice == null ? followed.get(digest) : notice);
    } finally {
      reading.unlock();
    }
  }

  /** Whether there is a piece of a file or a notice of it, as of when it was looked for last. */
  boolean hasTrace(String digest, Duration within) {
    lock(within);
    try {
      return files.containsKey(digest) || followed.containsKey(digest);
    } finally {
      reading.unlock();
    }
  }

  /** Numbers of a file's pieces that are there, as of when it was looked for last. */
  Set<Integer> pieces(String digest, Duration within) {
    lock(within);
    try {
      var file = files.get(digest);
      return file == null ? Set.of() : file.numbers();
    } finally {
      reading.unlock();
    }
  }

  /** Bytes that are stored, as far as the partition was read. */
  long bytes() {
    return bytes.get();
  }

  /** Whether a file is there that can't be read, as its schema is not known. */
  boolean isStrange(String digest, Duration within) {
    lock(within);
    try {
      return strange.containsKey(digest);
    } finally {
      reading.unlock();
    }
  }

  /** A file was read, and is another than its digest says. */
  void isCorrupt(String digest, Duration within) {
    lock(within);
    try {
      corrupt.add(digest);
    } finally {
      reading.unlock();
    }
  }

  private void lock(Duration within) {
    try {
      if (!reading.tryLock(within.toNanos(), TimeUnit.NANOSECONDS)) {
        throw notRead(within);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new KafkaException("Interrupted while looking for an artifact", e);
    }
  }

  /** What was not read to its end may hold what was not found: the brokers are away, or slow. */
  private KafkaException notRead(Duration within) {
    return new KafkaException(
        String.format(
            Locale.ROOT,
            "%s-%d could not be read to its end within %d s",
            Topic.ARTIFACTS.topicName(),
            partition,
            within.toSeconds()));
  }

  private void readToEnd(PieceLog.Reader reader, long deadline) {
    long end = reader.end(partition);
    if (readTo >= end) {
      return;
    }
    reader.seek(partition, readTo < 0 ? reader.beginning(partition) : readTo);
    long began = System.nanoTime();
    while (reader.position() < end) {
      if (System.nanoTime() > deadline) {
        throw notRead(Duration.ofNanos(System.nanoTime() - began));
      }
      for (var record : reader.poll(POLL)) {
        take(record);
        readTo = record.offset() + 1;
      }
    }
    readTo = Math.max(readTo, end);
  }

  /** A file whose schema was not known when it was passed is there once it is. */
  private void lookAgain(PieceLog.Reader reader, String digest, long deadline) {
    var offset = strange.get(digest);
    if (offset == null) {
      return;
    }
    reader.seek(partition, offset);
    for (var record : reader.poll(POLL)) {
      if (record.offset() == offset
          && record.value() != null
          && codec.decode(ArtifactChunk.class, record.value())
              instanceof Decoded.Message<ArtifactChunk>) {
        readTo = Collections.min(strange.values());
        strange.clear();
        readToEnd(reader, deadline);
        return;
      }
    }
  }

  private void take(ConsumerRecord<String, ByteBuffer> record) {
    var key = record.key() == null ? "" : record.key();
    int slash = key.lastIndexOf('/');
    if (slash < 0) {
      return;
    }
    var digest = key.substring(0, slash);
    if (key.endsWith(NOTICE)) {
      takeNotice(record, digest);
      return;
    }
    if (record.value() == null) {
      removed(digest, key.substring(slash + 1), record.timestamp());
      return;
    }
    switch (codec.decode(ArtifactChunk.class, record.value())) {
      case Decoded.Message<ArtifactChunk>(var piece)
          when Pieces.sound(piece) && key.equals(piece.artifact() + "/" + piece.chunk()) -> {
        var file = files.computeIfAbsent(digest, d -> new Pieces());
        long before = file.bytes();
        file.put(piece, record.offset());
        file.storedAt(record.timestamp());
        bytes.addAndGet(file.bytes() - before);
        corrupt.remove(digest);
        var notice = notices.get(digest);
        if (notice != null
            && (notice.isKeptBy(record.timestamp()) || notice.isVoid(record.timestamp()))) {
          notices.remove(digest);
        }
      }
      // It must not hide the piece of that name.
      case Decoded.Message<ArtifactChunk>(var other) ->
          passedOver.accept(record, Unread.because("It is no piece " + key + "."));
      case Decoded.Malformed<ArtifactChunk>(var why) ->
          passedOver.accept(record, Unread.because(why));
      case Decoded.UnknownSchema<ArtifactChunk>(long fingerprint) ->
          strange(record, digest, fingerprint);
    }
  }

  private void takeNotice(ConsumerRecord<String, ByteBuffer> record, String digest) {
    if (record.value() == null) {
      wasFollowed(digest, record.timestamp());
      return;
    }
    switch (codec.decode(ArtifactNotice.class, record.value())) {
      case Decoded.Message<ArtifactNotice>(var said) when said.artifact().equals(digest) -> {
        if (files.containsKey(digest)) {
          notices.put(digest, new Notice(record.timestamp(), said.noticeMs(), said.asked()));
        }
      }
      case Decoded.Message<ArtifactNotice>(var other) ->
          passedOver.accept(record, Unread.because("It is a notice of another file."));
      case Decoded.Malformed<ArtifactNotice>(var why) ->
          passedOver.accept(record, Unread.because(why));
      case Decoded.UnknownSchema<ArtifactNotice>(long fingerprint) ->
          passedOver.accept(record, Unread.unknownSchema(fingerprint));
    }
  }

  /** A notice has led to the removal of its file, at this time. */
  private void wasFollowed(String digest, long nowMs) {
    followed.values().removeIf(notice -> notice.isVoid(nowMs));
    var notice = notices.remove(digest);
    if (notice != null && !notice.isVoid(nowMs)) {
      followed.put(digest, notice);
    }
  }

  private void removed(String digest, String piece, long nowMs) {
    var pieces = files.get(digest);
    boolean number =
        !piece.isEmpty()
            && piece.length() < 10
            && piece.chars().allMatch(c -> c >= '0' && c <= '9');
    if (pieces != null && number) {
      long before = pieces.bytes();
      pieces.remove(Integer.parseInt(piece));
      bytes.addAndGet(pieces.bytes() - before);
      if (pieces.isEmpty()) {
        files.remove(digest);
        wasFollowed(digest, nowMs);
      }
    }
  }

  private void strange(ConsumerRecord<String, ByteBuffer> record, String digest, long fingerprint) {
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
