package dev.sluice.platform.artifact;

import dev.sluice.platform.kafka.KafkaSettings;
import dev.sluice.platform.kafka.PassedOver;
import dev.sluice.platform.kafka.Unread;
import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.codec.Digests;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.ArtifactChunk;
import dev.sluice.schemas.wire.ArtifactNotice;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;

/**
 * Files in {@code sluice.artifacts}: pieces of 1 MiB, found by the SHA-256 of the whole file, which
 * is checked on every read. All pieces of a file are in the partition of its digest.
 *
 * <p>Safe for use by several threads, which do not wait for each other but where they look for
 * files of one partition ({@link PartitionIndex}). Files go through in pieces: one on its way takes
 * {@value #TRANSFER_BYTES} bytes of the heap at most, whatever its length.
 */
public final class ArtifactStore implements AutoCloseable {

  /** Largest file, in bytes. */
  public static final long FILE_BYTES_MAX = 256L * 1024 * 1024;

  /**
   * What a file on its way takes of the heap, in bytes: in, {@value #WINDOW} pieces that are not
   * confirmed and the one that is being read and encoded; out, an answer of the broker that is
   * read, the next one, and the piece that is being written.
   */
  public static final long TRANSFER_BYTES = 12L * 1024 * 1024;

  private static final int CHUNK_BYTES = 1024 * 1024;

  /** Pieces of one file that the brokers have not confirmed yet. */
  private static final int WINDOW = 4;

  private static final Duration WAIT_MAX = Duration.ofSeconds(15);
  private static final Duration POLL = Duration.ofMillis(200);

  private final PieceLog log;
  private final Codec codec;
  private final Readers readers;
  private final List<PartitionIndex> indexes = new ArrayList<>();
  private final AutoCloseable letters;
  private final long bytesMax;
  private final CountDownLatch closed = new CountDownLatch(1);

  /**
   * A store without a bound, for files that jobs make: whether there is room was checked before the
   * job began.
   *
   * @param kafka cluster that holds the files; readers are opened on first use
   * @param codec reads and writes pieces
   * @param producer writes pieces, a few of each file at a time; closed by the caller
   */
  public ArtifactStore(KafkaSettings kafka, Codec codec, Producer<String, byte[]> producer) {
    this(new KafkaPieceLog(kafka, producer), codec, new PassedOver(kafka, codec), Long.MAX_VALUE);
  }

  /**
   * @param kafka cluster that holds the files; clients are opened on first use
   * @param codec reads and writes pieces
   * @param bytesMax bytes beyond which no file is taken
   */
  public ArtifactStore(KafkaSettings kafka, Codec codec, long bytesMax) {
    this(new KafkaPieceLog(kafka, null), codec, new PassedOver(kafka, codec), bytesMax);
  }

  private ArtifactStore(PieceLog log, Codec codec, PassedOver passedOver, long bytesMax) {
    this(log, codec, passedOver, passedOver, bytesMax);
  }

  /**
   * @param log closed with this
   * @param passedOver told of records that are no pieces
   * @param letters closed with this
   * @param bytesMax bytes beyond which no file is taken
   */
  ArtifactStore(
      PieceLog log,
      Codec codec,
      BiConsumer<ConsumerRecord<String, ByteBuffer>, Unread> passedOver,
      AutoCloseable letters,
      long bytesMax) {
    this.log = log;
    this.codec = codec;
    this.letters = letters;
    this.bytesMax = bytesMax;
    this.readers = new Readers(log);
    for (int partition = 0; partition < log.partitions(); partition++) {
      indexes.add(new PartitionIndex(partition, readers, codec, passedOver));
    }
  }

  /** Takes pieces of a file. */
  @FunctionalInterface
  private interface Sink {
    void accept(ByteBuffer piece) throws IOException;
  }

  /**
   * Stores a file and waits until the brokers have it. Storing a file again does no harm: it counts
   * as stored now.
   *
   * @return its digest
   * @throws IllegalArgumentException where it is larger than {@link #FILE_BYTES_MAX}
   * @throws StoreFull where the store takes no more
   * @throws KafkaException where the brokers do not take it in time
   */
  public String put(byte[] file) {
    try {
      return put(Digests.sha256(file), file.length, new ByteArrayInputStream(file));
    } catch (IOException e) {
      throw new UncheckedIOException("bytes in memory can't be read", e);
    }
  }

  /**
   * Stores a file, of which a part at a time is in memory.
   *
   * @return its digest
   * @throws IllegalArgumentException where it is larger than {@link #FILE_BYTES_MAX}
   * @throws IOException where it can't be read, or changes meanwhile
   * @throws StoreFull where the store takes no more
   * @throws KafkaException where the brokers do not take it in time
   */
  public String put(Path file) throws IOException {
    var digest = Digests.sha256();
    try (var in = Files.newInputStream(file)) {
      var piece = new byte[CHUNK_BYTES];
      for (int n = in.read(piece); n >= 0; n = in.read(piece)) {
        digest.update(piece, 0, n);
      }
    }
    try (var in = Files.newInputStream(file)) {
      return put(Digests.text(digest), Files.size(file), in);
    }
  }

  private String put(String digest, long bytes, InputStream in) throws IOException {
    if (bytes > FILE_BYTES_MAX) {
      throw new IllegalArgumentException(
          "A file of " + bytes + " bytes is larger than " + FILE_BYTES_MAX + " bytes");
    }
    if (isKept(digest)) {
      return digest;
    }
    if (bytes + bytes() > bytesMax) {
      throw new StoreFull(bytes, bytes(), bytesMax);
    }
    int chunks = Math.toIntExact(Math.max(1, Math.ceilDiv(bytes, (long) CHUNK_BYTES)));
    // What there is of it may be about to go, piece by piece, as those do that are whole.
    boolean mayGo = index(digest).hasTrace(digest, WAIT_MAX);
    var unconfirmed = new ArrayDeque<CompletableFuture<Long>>();
    var sent = Digests.sha256();
    for (int chunk = 0; chunk < chunks; chunk++) {
      var payload = in.readNBytes(CHUNK_BYTES);
      sent.update(payload);
      var piece = new ArtifactChunk(digest, chunk, chunks, bytes, ByteBuffer.wrap(payload));
      if (chunk == 0 && mayGo) {
        putToStay(piece);
        continue;
      }
      if (unconfirmed.size() == WINDOW) {
        await(unconfirmed.remove());
      }
      unconfirmed.add(append(piece));
    }
    unconfirmed.forEach(ArtifactStore::await);
    if (!Digests.text(sent).equals(digest)) {
      throw new IOException("the file changed while it was stored");
    }
    return digest;
  }

  private CompletableFuture<Long> append(ArtifactChunk piece) {
    var digest = piece.artifact();
    return log.append(partition(digest), key(digest, piece.chunk()), codec.encode(piece));
  }

  /**
   * Stores a piece of a file that is not whole so that from then on nothing of the file is removed
   * by a notice from before; after a wait where it was about to go.
   */
  private void putToStay(ArtifactChunk piece) throws IOException {
    long nowMs = await(append(piece));
    while (isGoing(piece.artifact(), nowMs)) {
      awaitVoid(piece.artifact(), nowMs);
      nowMs = await(append(piece));
    }
  }

  /** Whether a file goes that a record of this time was to keep, as is known by that record. */
  private boolean isGoing(String digest, long recordMs) {
    index(digest).find(digest, WAIT_MAX);
    return kept(digest, recordMs) == Kept.GOING;
  }

  /** Waits until nothing is removed any more by the notice of a file. */
  private void awaitVoid(String digest, long nowMs) throws IOException {
    var notice = index(digest).notice(digest, WAIT_MAX);
    long waitMs = notice.map(said -> said.voidMs() - nowMs).orElse(0L);
    if (paused(Math.max(1, waitMs))) {
      throw new IOException("the store was closed while a file was about to be removed");
    }
  }

  /** What whoever refers to a file can rely on. */
  public enum Kept {
    /** It is stored, and stays at least until it is seen who refers to it. */
    YES,
    /** It is not stored. */
    MISSING,
    /** It is about to be removed; whether it is there is known in a moment. */
    GOING
  }

  /**
   * Sees to it that a file which is stored stays, where it was said that it goes. Whoever is about
   * to refer to it asks.
   *
   * @throws KafkaException where the brokers do not answer
   */
  public Kept keep(String digest) {
    var found = index(digest).find(digest, WAIT_MAX);
    if (found.isEmpty()) {
      return Kept.MISSING;
    }
    return index(digest).notice(digest, WAIT_MAX).isEmpty()
        ? Kept.YES
        : kept(digest, renew(digest, found.get()));
  }

  /** Whether a file that is stored is so from now on, after a wait where it was about to go. */
  private boolean isKept(String digest) throws IOException {
    while (true) {
      var found = index(digest).find(digest, WAIT_MAX);
      if (found.isEmpty()) {
        return false;
      }
      long nowMs = renew(digest, found.get());
      if (kept(digest, nowMs) != Kept.GOING) {
        return true;
      }
      awaitVoid(digest, nowMs);
    }
  }

  private Kept kept(String digest, long recordMs) {
    return index(digest)
        .notice(digest, WAIT_MAX)
        .filter(notice -> !notice.isKeptBy(recordMs) && !notice.isVoid(recordMs))
        .map(notice -> Kept.GOING)
        .orElse(Kept.YES);
  }

  /** Stores its first piece once more; returns the brokers' time at which they have it. */
  private long renew(String digest, Pieces.Found found) {
    try (var lent = readers.lend()) {
      var first =
          new PiecesIn(lent.reader(), partition(digest), codec, WAIT_MAX)
              .at(found.offsets()[0], digest, 0);
      var piece =
          new ArtifactChunk(digest, 0, found.offsets().length, found.bytes(), first.duplicate());
      return await(append(piece));
    } catch (ArtifactMissing e) {
      throw new KafkaException("The file changes while it is looked at", e);
    }
  }

  /** Bytes that are stored, as far as this process has read. */
  public long bytes() {
    return indexes.stream().mapToLong(PartitionIndex::bytes).sum();
  }

  /** Whether it takes no file, however small, as far as this process has read. */
  public boolean isFull() {
    return bytes() >= bytesMax;
  }

  /**
   * All files that there are.
   *
   * @throws KafkaException where the brokers do not answer
   */
  public List<StoredFile> files() {
    return indexes.stream().flatMap(index -> index.files(WAIT_MAX).stream()).toList();
  }

  /**
   * Announces that a file goes.
   *
   * @param noticeMs time until then
   * @param asked whether somebody asked for it
   * @return the notice
   * @throws KafkaException where the brokers do not take it at once
   */
  public Notice announce(String digest, long noticeMs, boolean asked) {
    var notice = codec.encode(new ArtifactNotice(digest, noticeMs, asked));
    long nowMs = await(log.appendSoon(partition(digest), digest + PartitionIndex.NOTICE, notice));
    return new Notice(nowMs, noticeMs, asked);
  }

  /**
   * Removes a file of which it was announced.
   *
   * @throws KafkaException where the brokers do not take it at once
   */
  public void remove(String digest) {
    int partition = partition(digest);
    var removed = new ArrayList<CompletableFuture<Long>>();
    for (int piece : index(digest).pieces(digest, WAIT_MAX)) {
      removed.add(log.appendSoon(partition, key(digest, piece), null));
    }
    removed.add(log.appendSoon(partition, digest + PartitionIndex.NOTICE, null));
    removed.forEach(ArtifactStore::await);
  }

  private static String key(String digest, int chunk) {
    return digest + "/" + chunk;
  }

  /**
   * Whether the file is stored, with all its pieces, as far as committed now.
   *
   * @throws KafkaException where the brokers do not answer
   */
  public boolean has(String digest) {
    return index(digest).find(digest, WAIT_MAX).isPresent();
  }

  /**
   * Copies a file, of which a part at a time is in memory.
   *
   * @param out where to; what has come must not be used where this throws
   * @return whether there is such a file
   * @throws ArtifactMissing where the stored bytes have another digest
   * @throws IOException where {@code out} fails
   * @throws KafkaException where the brokers do not answer
   */
  public boolean copy(String digest, OutputStream out) throws ArtifactMissing, IOException {
    var found = index(digest).find(digest, WAIT_MAX);
    if (found.isEmpty()) {
      return false;
    }
    read(digest, found.get(), piece -> write(piece, out));
    return true;
  }

  private static void write(ByteBuffer piece, OutputStream out) throws IOException {
    if (piece.hasArray()) {
      out.write(piece.array(), piece.arrayOffset() + piece.position(), piece.remaining());
    } else {
      var bytes = new byte[piece.remaining()];
      piece.duplicate().get(bytes);
      out.write(bytes);
    }
  }

  /**
   * Reads a file into memory, waiting some seconds where it is not there yet.
   *
   * @throws ArtifactMissing where it does not come, or is not what its digest says
   * @throws KafkaException where the brokers do not answer
   */
  public byte[] get(String digest) throws ArtifactMissing {
    if (!Digests.wellFormed(digest)) {
      throw new ArtifactMissing(digest, "It is not a digest: sha256: and 64 hexadecimal digits.");
    }
    long deadline = System.nanoTime() + WAIT_MAX.toNanos();
    do {
      var found = index(digest).find(digest, WAIT_MAX);
      if (found.isPresent()) {
        return whole(digest, found.get());
      }
    } while (!paused() && System.nanoTime() < deadline);
    throw new ArtifactMissing(
        digest,
        index(digest).isStrange(digest, WAIT_MAX)
            ? "It was stored with a schema that " + Topic.SCHEMAS.topicName() + " does not hold."
            : "No such file has been stored.");
  }

  private byte[] whole(String digest, Pieces.Found found) throws ArtifactMissing {
    var file = ByteBuffer.allocate(Math.toIntExact(found.bytes()));
    try {
      read(digest, found, piece -> file.put(piece.duplicate()));
    } catch (IOException e) {
      throw new UncheckedIOException("memory can't be written", e);
    }
    return file.array();
  }

  private void read(String digest, Pieces.Found found, Sink sink)
      throws ArtifactMissing, IOException {
    var seen = Digests.sha256();
    long left = found.bytes();
    try (var lent = readers.lend()) {
      var in = new PiecesIn(lent.reader(), partition(digest), codec, WAIT_MAX);
      for (int chunk = 0; chunk < found.offsets().length; chunk++) {
        var piece = in.at(found.offsets()[chunk], digest, chunk);
        left -= piece.remaining();
        if (left < 0) {
          break;
        }
        seen.update(piece.duplicate());
        sink.accept(piece);
      }
    }
    if (left != 0 || !Digests.text(seen).equals(digest)) {
      index(digest).isCorrupt(digest, WAIT_MAX);
      throw new ArtifactMissing(digest, "The stored bytes have another digest.");
    }
  }

  private PartitionIndex index(String digest) {
    return indexes.get(partition(digest));
  }

  private int partition(String digest) {
    return Topic.partition(digest, indexes.size());
  }

  /** Waits a moment; returns whether that is of no use any more. */
  private boolean paused() {
    return paused(POLL.toMillis());
  }

  private boolean paused(long ms) {
    try {
      return closed.await(ms, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    }
  }

  private static long await(CompletableFuture<Long> sent) {
    try {
      return sent.get(WAIT_MAX.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw new KafkaException("A piece of an artifact was not stored", e.getCause());
    } catch (TimeoutException e) {
      throw new KafkaException("A piece of an artifact was not stored in time", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new KafkaException("Interrupted while storing an artifact", e);
    }
  }

  @Override
  public void close() {
    closed.countDown();
    readers.close();
    log.close();
    try {
      letters.close();
    } catch (Exception e) {
      throw new IllegalStateException("letters do not close", e);
    }
  }
}
