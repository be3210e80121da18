package dev.sluice.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.deploy.Sluice;
import dev.sluice.producer.cli.ExitCode;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

final class BenchCommandTest {

  @Test
  void theCommandIsFoundAndSaysWhatIsWrong() {
    assertThat(err("--only", "trainign")).contains("Did you mean training?");
    assertThat(err("--only", "training,jobs", "--seconds", "99")).contains("give 1 to 8");
    assertThat(err("--only", "encodigns")).contains("Did you mean encodings?");
    assertThat(err("--rate", "0")).contains("give 1 to 1000");
  }

  private static String err(String... options) {
    var err = new StringWriter();
    var arguments = new String[options.length + 1];
    arguments[0] = "bench";
    System.arraycopy(options, 0, arguments, 1, options.length);
    int code =
        Sluice.commandLine()
            .setOut(new PrintWriter(new StringWriter()))
            .setErr(new PrintWriter(err))
            .execute(arguments);
    assertThat(code).isEqualTo(ExitCode.BAD_INPUT.code());
    return err.toString();
  }
}
