package dev.sluice.schemas.problem;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class Utf8Test {

  private final Problems problems = new Problems();

  @Test
  void textIsTakenWithAByteOrderMarkOrWithout() {
    assertThat(
            Utf8.decode("caf\u00e9 \ud83c\udf4f".getBytes(StandardCharsets.UTF_8), "x", problems))
        .contains("caf\u00e9 \ud83c\udf4f");
    assertThat(Utf8.decode("\ufeffa".getBytes(StandardCharsets.UTF_8), "x", problems))
        .contains("a");
    assertThat(Utf8.decode(new byte[0], "x", problems)).contains("");
    assertThat(problems.any()).isFalse();
  }

  @Test
  void theFirstWrongByteHasALineHoweverLinesEnd() {
    for (var end : List.of("\n", "\r", "\r\n")) {
      byte[] latin1 = ("a" + end + end + "b\u00e9").getBytes(StandardCharsets.ISO_8859_1);

      assertThat(Utf8.firstBad(latin1)).contains(new Utf8.BadByte(3, 2, 0xe9));
    }
  }

  @Test
  void aWrongByteIsFoundWhereTheReadingOfALongTextBreaks() {
    byte[] text = "\u00e9".repeat(100_001).getBytes(StandardCharsets.UTF_8);
    byte[] odd = ("x" + "\u00e9".repeat(100_000)).getBytes(StandardCharsets.UTF_8);
    assertThat(Utf8.firstBad(text)).isEmpty();
    assertThat(Utf8.firstBad(odd)).isEmpty();

    text[text.length - 1] = 'x';
    assertThat(Utf8.firstBad(text)).contains(new Utf8.BadByte(1, 200_001, 0xc3));
  }

  @Test
  void whatUtf8ForbidsIsWrong() {
    for (var bytes :
        List.of(
            new byte[] {(byte) 0xc0, (byte) 0x80}, // a NUL in two bytes
            new byte[] {(byte) 0xed, (byte) 0xa0, (byte) 0x80}, // half a character
            new byte[] {'a', (byte) 0xe2, (byte) 0x82})) { // cut off
      assertThat(Utf8.decode(bytes, "x", problems)).isEmpty();
    }
    assertThat(problems.count()).isEqualTo(3);
  }

  @Test
  void otherEncodingsAreNamedWithHowToConvertThem() {
    for (var name : List.of("UTF-16LE", "UTF-16BE", "UTF-32LE", "UTF-32BE")) {
      for (var mark : List.of("", "\ufeff")) {
        var found = new Problems();
        byte[] bytes = (mark + "kind: training").getBytes(Charset.forName(name));

        assertThat(Utf8.decode(bytes, "job file", "a.yaml", found)).isEmpty();
        assertThat(found.list().getFirst().where()).isEqualTo("a.yaml");
        assertThat(found.list().getFirst().what()).isEqualTo("The job file is " + name + " text.");
        assertThat(found.list().getFirst().mend()).contains("iconv -f " + name);
      }
    }
  }

  @Test
  void aCompressedFileIsToldSo() {
    assertThat(Utf8.decode(new byte[] {0x1f, (byte) 0x8b, 8}, "job file", problems)).isEmpty();
    assertThat(problems.list().getFirst().what()).contains("compressed with gzip");
  }
}
