package dev.sluice.benchmark.peer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class PeerFoundTest {

  @Test
  void figuresStandInTheLastObjectAmongWhateverElseIsPrinted() {
    var found =
        PeerFound.read(
            List.of(
                "Warning: Failed to initialize NumPy",
                "{\"stepsPerSecond\": 1}",
                "{\"stepsPerSecond\": 321.5, \"torch\": \"2.15\"}",
                "[W socket.cpp] closing"));
    assertThat(found.figure("stepsPerSecond")).isEqualTo(321.5);
    assertThat(found.figure("torch")).isNull();
    assertThat(found.figure("jobsPerSecond")).isNull();
    assertThat(found.whyNot()).contains("no figure");
  }

  @Test
  void whatIsNoFigureIsSaid() {
    var refused = PeerFound.read(List.of("Error: no ioredis", "    at load"));
    assertThat(refused.figure("jobsPerSecond")).isNull();
    assertThat(refused.whyNot()).contains("peer not run", "Error: no ioredis");
    assertThat(PeerFound.read(List.of()).whyNot()).contains("nothing");
    assertThat(PeerFound.read(List.of("{broken")).whyNot()).contains("{broken");
  }
}
