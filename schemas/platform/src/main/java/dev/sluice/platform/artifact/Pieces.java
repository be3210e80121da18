package dev.sluice.platform.artifact;

import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.wire.ArtifactChunk;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * Where the pieces of one file stand in its partition. What they claim is believed only where it
 * fits together. Of several records of one piece the last counts: the topic is compacted, and that
 * is the one that stays. Takes as much memory as there are records, whatever they claim. Not
 * thread-safe.
 */
public final class Pieces {

  private long fileBytes;
  private int count;
  private final Map<Integer, Long> offsets = new HashMap<>();
  private long storedMs;

  /** Whether a record can be a piece of a file at all. */
  static boolean sound(ArtifactChunk piece) {
    return piece.fileBytes() >= 0
        && piece.fileBytes() <= ArtifactStore.FILE_BYTES_MAX
        && piece.chunks() >= 1
        && piece.chunks() <= Math.max(1, piece.fileBytes())
        && piece.fileBytes() <= (long) piece.chunks() * Codec.RECORD_BYTES_MAX
        && piece.chunk() >= 0
        && piece.chunk() < piece.chunks()
        && piece.payload().remaining() <= piece.fileBytes();
  }

  /**
   * Takes note of a piece.
   *
   * @return whether it can be one; what can't changes nothing
   */
  public boolean put(ArtifactChunk piece, long offset) {
    if (!sound(piece)) {
      return false;
    }
    if (piece.chunks() != count || piece.fileBytes() != fileBytes) {
      // Written by another build, in pieces of another size, or by nobody of ours. Whatever comes
      // last counts, so that storing the file again mends it.
      fileBytes = piece.fileBytes();
      count = piece.chunks();
      offsets.clear();
    }
    offsets.put(piece.chunk(), offset);
    return true;
  }

  /** A piece of it was stored. */
  void storedAt(long ms) {
    storedMs = Math.max(storedMs, ms);
  }

  /** When a piece of it was stored last. */
  long storedMs() {
    return storedMs;
  }

  /** Bytes of the file that are stored, about. */
  long bytes() {
    return count == 0 ? 0 : Math.ceilDiv(fileBytes * offsets.size(), count);
  }

  /** Numbers of the pieces that are there. */
  Set<Integer> numbers() {
    return Set.copyOf(offsets.keySet());
  }

  /** A piece was deleted. */
  void remove(int piece) {
    offsets.remove(piece);
  }

  /** Whether none is left. */
  boolean isEmpty() {
    return offsets.isEmpty();
  }

  /** Whether every piece is there. */
  public boolean complete() {
    return count > 0 && offsets.size() == count;
  }

  /** The pieces of a complete file, in order. */
  public Found found() {
    var inOrder = new long[count];
    offsets.forEach((piece, offset) -> inOrder[piece] = offset);
    return new Found(fileBytes, inOrder);
  }

  /**
   * A complete file.
   *
   * @param bytes its length
   * @param offsets where its pieces stand, in order
   */
  @SuppressWarnings("ArrayRecordComponent") // made here, read once, never compared
  public record Found(long bytes, long[] offsets) {}
}
