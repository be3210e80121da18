package dev.sluice.platform.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

class SettingsTest {

  /** How much to say. */
  public enum Tone {
    QUIET,
    VERY_LOUD
  }

  /** An example. */
  public record Example(
      @Setting(doc = "Where to.") String targetHost,
      @Setting(doc = "How long.", unit = "ms", def = "250", min = 10, max = 1000) int waitMs,
      @Setting(doc = "How much.", def = "0.5", max = 1) double share,
      @Setting(doc = "Whether.", def = "true") boolean eager,
      @Setting(doc = "How.", def = "very-loud") Tone tone) {}

  @Test
  void defaultsFillWhatIsNotGiven() {
    assertThat(Settings.read(Example.class, Map.of("target-host", "a", "wait-ms", "20")))
        .isEqualTo(new Example("a", 20, 0.5, true, Tone.VERY_LOUD));
  }

  @Test
  void allProblemsAreReportedAtOnce() {
    var given =
        Map.of("wait-ms", "5", "share", "much", "eager", "yes", "tone", "loud", "colour", "red");
    assertThatThrownBy(() -> Settings.read(Example.class, given))
        .isInstanceOf(ConfigProblem.class)
        .hasMessageContaining("There is no setting colour")
        .hasMessageContaining("Setting target-host is missing")
        .hasMessageContaining("a whole number from 10 to 1000 ms")
        .hasMessageContaining("true or false")
        .hasMessageContaining("one of quiet, very-loud")
        .satisfies(e -> assertThat(((ConfigProblem) e).problems()).hasSize(6));
  }

  @Test
  void theTableShowsNameDefaultUnitAndBounds() {
    assertThat(Settings.table(Example.class))
        .contains("| `wait-ms` | `250` | ms | 10..1000 | How long. |")
        .contains("| `target-host` | `(required)` |");
  }
}
