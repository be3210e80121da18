package dev.sluice.worker.trial;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class FirstWordsTest {

  @Test
  void whatIsSaidFirstIsKeptInOneLineAndTheRestIsReadAndDropped() {
    var said = "Exception in main:\n\tno memory" + " and so on".repeat(100_000);
    var from = new ByteArrayInputStream(said.getBytes(StandardCharsets.UTF_8));

    var words = new FirstWords(from);

    assertThat(words.text())
        .startsWith("Exception in main: no memory and so on")
        .hasSizeBetween(450, 500);
    assertThat(from.available()).isZero();
  }

  @Test
  void aProcessThatSaysNothingHasSaidNothing() {
    assertThat(new FirstWords(new ByteArrayInputStream(new byte[0])).text()).isEmpty();
  }
}
