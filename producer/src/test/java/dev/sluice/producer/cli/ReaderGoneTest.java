package dev.sluice.producer.cli;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import org.junit.jupiter.api.Test;

class ReaderGoneTest {

  private static OutputStream failing(String why) {
    return ReaderGone.toldBy(
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException(why);
          }
        });
  }

  @Test
  void aReaderThatHasWhatItWantedIsNoFailure() {
    assertThatThrownBy(() -> failing("Broken pipe").write(new byte[2]))
        .isInstanceOf(ReaderGone.class);
  }

  @Test
  void aFullDiskIs() {
    assertThatThrownBy(() -> failing("No space left on device").write(new byte[2]))
        .isExactlyInstanceOf(IOException.class)
        .hasMessage("No space left on device");
  }
}
