package dev.sluice.deploy.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class CrashTextTest {
  private static final String PRINTED =
      """
      #
      # A fatal error has been detected by the Java Runtime Environment:
      #
      #  SIGBUS (0x7) at pc=0x00007f06c5a3b6f4, pid=4711, tid=4713
      #
      # JRE version: OpenJDK Runtime Environment Temurin-25.0.2+10 (25.0.2+10) (build 25.0.2+10-LTS)
      # Problematic frame:
      # C  [libtorch_cpu.so+0x1df6f4]  at::native::add+0x24
      #
      # No core dump will be written. Core dumps have been disabled.
      #
      # An error report file with more information is saved as:
      # /home/me/.cache/sluice, mine/crashes/hs_err_pid4711.log
      [1.042s][warning][os] Loading hsdis library failed
      #
      # If you would like to submit a bug report, please visit:
      #   https://github.com/adoptium/adoptium-support/issues
      #
      """;

  @Test
  void ofTwentyLinesOneSentenceIsLeft() {
    var text = new CrashText();

    assertThat(PRINTED.lines()).allMatch(text::takes);
    assertThat(text.sentence())
        .contains(
            "crashed in native code (SIGBUS in libtorch_cpu.so); the details are in"
                + " /home/me/.cache/sluice, mine/crashes/hs_err_pid4711.log");
  }

  @Test
  void whatAWorkerSaysOtherwiseIsNoCrash() {
    var text = new CrashText();

    assertThat(text.takes("12:00:00.000 INFO  d.s.worker.Worker - Worker w serves lane cpu."))
        .isFalse();
    assertThat(text.takes("# a line that TorchScript printed")).isFalse();
    assertThat(text.sentence()).isEmpty();
  }

  @Test
  void aCrashThatSaysLessIsStillOne() {
    var text = new CrashText();

    assertThat(text.takes("# A fatal error has been detected by the Java Runtime Environment:"))
        .isTrue();
    assertThat(text.sentence()).contains("crashed in native code (the JVM's own error)");
  }
}
