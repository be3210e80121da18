package dev.sluice.schemas.artifact;

import dev.sluice.schemas.wire.ArtifactChunk;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The pieces of one file as they come from a topic. What they claim is believed only where it fits
 * the pieces before, so that memory stays within the largest legal file.
 */
public final class Pieces {

  private final String digest;
  private final Map<Integer, ByteBuffer> pieces = new HashMap<>();
  private int chunks;
  private long fileBytes;
  private long bytes;

  /**
   * @param digest of the file
   */
  public Pieces(String digest) {
    this.digest = digest;
  }

  /** Whether a piece can be one of a file at all. */
  static boolean sound(ArtifactChunk chunk) {
    return chunk.fileBytes() >= 0
        && chunk.fileBytes() <= ArtifactStore.FILE_BYTES_MAX
        && chunk.chunks() >= 1
        && chunk.chunks() <= Math.max(1, chunk.fileBytes())
        && chunk.chunk() >= 0
        && chunk.chunk() < chunk.chunks()
        && chunk.payload().remaining() <= chunk.fileBytes();
  }

  /** Takes a piece; one that does not belong here changes nothing. */
  public void take(ArtifactChunk chunk) {
    if (!sound(chunk) || !chunk.artifact().equals(digest)) {
      return;
    }
    if (pieces.isEmpty()) {
      chunks = chunk.chunks();
      fileBytes = chunk.fileBytes();
    }
    boolean fits =
        chunk.chunks() == chunks
            && chunk.fileBytes() == fileBytes
            && bytes + chunk.payload().remaining() <= fileBytes;
    if (fits && pieces.putIfAbsent(chunk.chunk(), chunk.payload()) == null) {
      bytes += chunk.payload().remaining();
    }
  }

  /** Whether no piece is missing. */
  public boolean complete() {
    return chunks > 0 && pieces.size() == chunks;
  }

  /** The file, where it is complete and as long as its pieces say; its digest is not checked. */
  public Optional<byte[]> file() {
    if (!complete() || bytes != fileBytes) {
      return Optional.empty();
    }
    var file = ByteBuffer.allocate(Math.toIntExact(fileBytes));
    for (int chunk = 0; chunk < chunks; chunk++) {
      var piece = pieces.get(chunk);
      if (piece != null) {
        file.put(piece.duplicate());
      }
    }
    return Optional.of(file.array());
  }
}
