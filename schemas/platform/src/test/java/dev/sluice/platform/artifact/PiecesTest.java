package dev.sluice.platform.artifact;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.wire.ArtifactChunk;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** A file is made of pieces that fit each other, and of nothing else. */
final class PiecesTest {
  private final Pieces pieces = new Pieces();

  private boolean put(int chunk, int chunks, long fileBytes, int bytes, long offset) {
    var payload = ByteBuffer.allocate(bytes);
    return pieces.put(new ArtifactChunk("file", chunk, chunks, fileBytes, payload), offset);
  }

  @Test
  void aFileIsCompleteOnceEachPieceIsThereAndOfSeveralTheLastCounts() {
    put(1, 3, 7, 3, 10);
    put(0, 3, 7, 2, 11);
    put(1, 3, 7, 3, 12);
    assertThat(pieces.complete()).isFalse();
    put(2, 3, 7, 2, 13);

    assertThat(pieces.found().offsets()).containsExactly(11, 12, 13);
    assertThat(pieces.found().bytes()).isEqualTo(7);
  }

  @Test
  void anEmptyFileIsOneEmptyPiece() {
    assertThat(pieces.complete()).isFalse();
    put(0, 1, 0, 0, 5);
    assertThat(pieces.found().offsets()).containsExactly(5);
  }

  @Test
  void aPieceThatWasDeletedIsMissing() {
    put(0, 2, 4, 2, 1);
    put(1, 2, 4, 2, 2);
    pieces.remove(1);
    pieces.remove(7);
    assertThat(pieces.complete()).isFalse();
    pieces.remove(0);
    assertThat(pieces.isEmpty()).isTrue();
  }

  @Test
  void whatCanBeNoPieceChangesNothing() {
    put(0, 2, 4, 2, 1);
    assertThat(put(-1, 2, 4, 2, 2)).isFalse();
    assertThat(put(2, 2, 4, 2, 3)).isFalse();
    assertThat(put(1, 2, 4, 5, 4)).isFalse();
    assertThat(put(1, Integer.MAX_VALUE, Long.MAX_VALUE, 2, 5)).isFalse();
    assertThat(put(0, 1, ArtifactStore.FILE_BYTES_MAX + 1, 1, 6)).isFalse();
    assertThat(put(0, 1, Codec.RECORD_BYTES_MAX + 1, 1, 7)).as("no record is so long").isFalse();
    put(1, 2, 4, 2, 8);
    assertThat(pieces.found().offsets()).containsExactly(1, 8);
  }

  @Test
  void piecesOfAnotherCutTakeThePlaceOfThoseBefore() {
    put(0, 2, 4, 2, 1);
    put(0, 1, 4, 4, 2);
    assertThat(pieces.found().offsets()).containsExactly(2);
  }
}
