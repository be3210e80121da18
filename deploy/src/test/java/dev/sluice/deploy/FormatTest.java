package dev.sluice.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.googlejavaformat.java.FormatterException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;

final class FormatTest {
  /** Tests run in the module's folder. */
  private static final Path ROOT = Path.of("..");

  @Test
  void everySourceHasTheHouseFormat() throws Exception {
    var unformatted = new ArrayList<Path>();
    for (Path source : Format.sources(ROOT)) {
      String text = Files.readString(source);
      if (!Format.formatted(text).equals(text)) {
        unformatted.add(source);
      }
    }
    assertThat(unformatted).as("run deploy/format to format these").isEmpty();
  }

  @Test
  void formatsTheJavaOfToday() throws Exception {
    assertThat(
            Format.formatted(
                """
                record Pair<T>(T left,T right){}
                class Use{ int sum(Object o){
                  return switch(o){case Pair<?>(Integer a,Integer _)->a; default->0;}; } }
                """))
        .contains("case Pair<?>(Integer a, Integer _) -> a;");
  }

  @Test
  void whatDoesNotParseIsAnError() {
    assertThatThrownBy(() -> Format.formatted("class {")).isInstanceOf(FormatterException.class);
  }
}
