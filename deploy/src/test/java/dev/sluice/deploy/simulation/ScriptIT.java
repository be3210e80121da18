package dev.sluice.deploy.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A broker does what the simulated log does: the same scripts, and the same is seen. */
final class ScriptIT {

  @TempDir private static Path dir;
  private static RestartableBroker broker;

  @BeforeAll
  static void start() {
    broker = new RestartableBroker(dir);
  }

  @AfterAll
  static void stop() {
    broker.close();
  }

  static List<Script> scripts() {
    return Scripts.all();
  }

  @ParameterizedTest
  @MethodSource("scripts")
  void aBrokerDoesWhatTheSimulatedLogDoes(Script script) throws Exception {
    try (var stage = new BrokerStage(broker, script);
        var simulated = new SimulatedStage(script)) {
      var seen = Stage.play(script, stage);
      assertThat(seen).isEqualTo(Stage.expected(script));
      assertThat(seen).isEqualTo(Stage.play(script, simulated));
    }
  }
}
