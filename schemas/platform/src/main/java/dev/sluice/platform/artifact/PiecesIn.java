package dev.sluice.platform.artifact;

import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.codec.Decoded;
import dev.sluice.schemas.wire.ArtifactChunk;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;

/** Pieces of one partition, by their offsets. Used by one thread. */
final class PiecesIn {

  /** Records that are rather read through than passed by with another request. */
  private static final int NEAR = 8;

  private static final Duration POLL = Duration.ofMillis(200);

  private final PieceLog.Reader reader;
  private final int partition;
  private final Codec codec;
  private final Duration within;
  private final Deque<ConsumerRecord<String, ByteBuffer>> ahead = new ArrayDeque<>();
  private boolean begun;

  /**
   * @param reader lent to whoever made this
   * @param within longest wait for one piece
   */
  PiecesIn(PieceLog.Reader reader, int partition, Codec codec, Duration within) {
    this.reader = reader;
    this.partition = partition;
    this.codec = codec;
    this.within = within;
  }

  /**
   * What a piece holds.
   *
   * @param offset where it stands
   * @throws ArtifactMissing where it stands there no more
   * @throws KafkaException where it does not come in time
   */
  ByteBuffer at(long offset, String digest, int chunk) throws ArtifactMissing {
    long deadline = System.nanoTime() + within.toNanos();
    boolean sought = false;
    while (true) {
      while (!ahead.isEmpty() && ahead.getFirst().offset() < offset) {
        ahead.removeFirst();
      }
      var next = ahead.peekFirst();
      if (next != null && (sought || next.offset() == offset)) {
        ahead.removeFirst();
        return payload(next, offset, digest, chunk);
      }
      if (next != null || !isJustAhead(offset)) {
        // Stored more than once, its pieces need not stand one behind the other.
        ahead.clear();
        reader.seek(partition, offset);
        begun = true;
        sought = true;
      }
      reader.poll(POLL).forEach(ahead::add);
      if (ahead.isEmpty() && System.nanoTime() > deadline) {
        throw new KafkaException(
            "Piece "
                + chunk
                + " of "
                + digest
                + " did not come within "
                + within.toSeconds()
                + " s");
      }
    }
  }

  private boolean isJustAhead(long offset) {
    return begun && reader.position() <= offset && offset - reader.position() <= NEAR;
  }

  private ByteBuffer payload(
      ConsumerRecord<String, ByteBuffer> record, long offset, String digest, int chunk)
      throws ArtifactMissing {
    if (record.offset() == offset
        && record.value() != null
        && codec.decode(ArtifactChunk.class, record.value())
            instanceof Decoded.Message<ArtifactChunk>(var piece)) {
      return piece.payload();
    }
    throw new ArtifactMissing(
        digest, "Piece " + chunk + " was deleted while the file was being read.");
  }
}
