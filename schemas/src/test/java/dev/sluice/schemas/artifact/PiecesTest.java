package dev.sluice.schemas.artifact;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schemas.wire.ArtifactChunk;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** A file is made of pieces that fit each other, and of nothing else. */
final class PiecesTest {
  private final Pieces pieces = new Pieces("file");

  private void take(String file, int chunk, int chunks, long fileBytes, String text) {
    var payload = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    pieces.take(new ArtifactChunk(file, chunk, chunks, fileBytes, payload));
  }

  private String file() {
    return pieces
        .file()
        .map(bytes -> new String(bytes, StandardCharsets.UTF_8))
        .orElse("incomplete");
  }

  @Test
  void piecesMakeTheFileInAnyOrderAndHoweverOftenTheyCome() {
    take("file", 1, 3, 7, "cde");
    take("file", 0, 3, 7, "ab");
    take("file", 1, 3, 7, "cde");
    assertThat(file()).isEqualTo("incomplete");
    take("file", 2, 3, 7, "fg");
    assertThat(file()).isEqualTo("abcdefg");
  }

  @Test
  void anEmptyFileIsOneEmptyPiece() {
    assertThat(file()).isEqualTo("incomplete");
    take("file", 0, 1, 0, "");
    assertThat(file()).isEmpty();
  }

  @Test
  void whatDoesNotFitChangesNothing() {
    take("file", 0, 2, 4, "ab");
    take("other", 1, 2, 4, "xy");
    take("file", 1, 3, 4, "xy");
    take("file", 1, 2, 5, "xyz");
    take("file", 1, 2, 4, "xyz");
    take("file", 0, 2, 4, "xy");
    take("file", -1, 2, 4, "xy");
    take("file", 2, 2, 4, "xy");
    take("file", 1, Integer.MAX_VALUE, Long.MAX_VALUE, "xy");
    assertThat(file()).isEqualTo("incomplete");
    take("file", 1, 2, 4, "cd");
    assertThat(file()).isEqualTo("abcd");
  }

  @Test
  void aFileShorterThanItsPiecesSayIsNone() {
    take("file", 0, 2, 4, "a");
    take("file", 1, 2, 4, "b");
    assertThat(pieces.complete()).isTrue();
    assertThat(file()).isEqualTo("incomplete");
  }

  @Test
  void aPieceOfAFileThatIsTooLargeIsNone() {
    take("file", 0, 1, ArtifactStore.FILE_BYTES_MAX + 1, "a");
    assertThat(pieces.complete()).isFalse();
  }
}
