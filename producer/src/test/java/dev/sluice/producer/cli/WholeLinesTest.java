package dev.sluice.producer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class WholeLinesTest {

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final WholeLines lines = new WholeLines(out);

  @Test
  void aLineThatBreaksOffIsNotHandedOn() throws Exception {
    write("{\"row\": 1}\n{\"row\":");

    assertThat(out).asString().isEqualTo("{\"row\": 1}\n");

    write(" 2}\n");
    assertThat(out).asString().isEqualTo("{\"row\": 1}\n{\"row\": 2}\n");
  }

  @Test
  void howItIsCutMakesNoDifference() throws Exception {
    var random = new Random(7);
    var text = "a\n\nbc\ndefg\n".repeat(50);
    for (int from = 0; from < text.length(); ) {
      int to = Math.min(text.length(), from + random.nextInt(6));
      if (random.nextBoolean()) {
        write(text.substring(from, to));
      } else {
        for (int i = from; i < to; i++) {
          lines.write(text.charAt(i));
        }
      }
      from = to;
    }

    assertThat(out).asString().isEqualTo(text);
  }

  private void write(String text) throws IOException {
    lines.write(text.getBytes(StandardCharsets.UTF_8));
  }
}
