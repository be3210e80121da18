package dev.sluice.deploy.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The simulated log does what {@link ScriptIT} sees a broker do. */
final class ScriptTest {

  static List<Script> scripts() {
    return Scripts.all();
  }

  @ParameterizedTest
  @MethodSource("scripts")
  void theSimulatedLogDoesWhatIsExpectedOfKafka(Script script) throws Exception {
    try (var stage = new SimulatedStage(script)) {
      assertThat(Stage.play(script, stage)).isEqualTo(Stage.expected(script));
    }
  }
}
