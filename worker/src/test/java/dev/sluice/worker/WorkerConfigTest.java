package dev.sluice.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.platform.config.ConfigProblem;
import dev.sluice.platform.config.Settings;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WorkerConfigTest {

  @Test
  void brokersAndLaneAreEnough() {
    var config =
        Settings.read(
            WorkerConfig.class, Map.of("bootstrap-servers", "localhost:9092", "lane", "cpu"));
    assertThat(config.accelerator()).isEqualTo("host-cpu");
    assertThat(config.stallMs()).isEqualTo(150);
    assertThat(config.cacheBytes(4L << 30)).isEqualTo(512L << 20);
    assertThat(config.cacheBytes(1L << 30)).isEqualTo(256L << 20);
  }

  @Test
  void laneAndAcceleratorAreCheckedTogetherWithTheRest() {
    assertThatThrownBy(
            () ->
                WorkerConfig.of(
                    Map.of("lane", "No Lane", "accelerator", "abacus", "stall-ms", "1")))
        .isInstanceOf(ConfigProblem.class)
        .hasMessageContaining("No Lane")
        .hasMessageContaining("abacus")
        .hasMessageContaining("sluice accelerators")
        .hasMessageContaining("stall-ms");
  }

  @Test
  void containersThatShareLaneHostAndProcessIdAreTwoWorkers() {
    var config = WorkerConfig.of(Map.of("bootstrap-servers", "localhost:9092", "lane", "cpu"));

    var one = config.process("worker", 1);
    var other = config.process("worker", 1);

    assertThat(one.worker()).startsWith("cpu-worker-1-").isNotEqualTo(other.worker());
    assertThat(one.life()).isNotEqualTo(other.life());
  }

  @Test
  void anIdThatWasGivenIsThatOfEveryProcessAndTheirLivesDiffer() {
    var config =
        WorkerConfig.of(Map.of("bootstrap-servers", "localhost:9092", "lane", "cpu", "id", "mine"));

    assertThat(config.process("worker", 1).worker()).isEqualTo("mine");
    assertThat(config.process("worker", 1).life()).isNotEqualTo(config.process("worker", 1).life());
  }

  @Test
  void everyProblemIsNamed() {
    assertThatThrownBy(
            () -> Settings.read(WorkerConfig.class, Map.of("lane", "cpu", "stall-ms", "1")))
        .isInstanceOf(ConfigProblem.class)
        .hasMessageContaining("bootstrap-servers")
        .hasMessageContaining("stall-ms");
  }
}
