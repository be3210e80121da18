package dev.sluice.benchmark.bare;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.deploy.broker.EmbeddedBroker;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The limits end, and leave no topics behind; what they say is no matter of a test. */
final class BareIT {

  @Test
  void everyLimitEndsWithAFigure(@TempDir Path dir) throws Exception {
    try (var broker = EmbeddedBroker.start(dir)) {
      var at = broker.bootstrapServers();
      for (var trips : List.of("1", "2")) {
        // Two blocks, the second one short: they lie in two of four partitions.
        var exchanged = BareExchange.run(List.of(at, trips, "1200000", "1"));
        assertThat(exchanged.steps()).isPositive();
        assertThat(exchanged.allSteps()).isGreaterThanOrEqualTo(exchanged.steps());
        assertThat(exchanged.perSecond()).isPositive();
      }
      var queued = BareQueue.run(List.of(at, "300", "1"));
      assertThat(queued.recordsPerSecond()).isPositive();
      assertThat(queued.writtenPerSecond()).isPositive();
      var hop = BarePingPong.run(List.of(at, "1"));
      assertThat(hop.p50Ms()).isPositive();
      assertThat(hop.p99Ms()).isGreaterThanOrEqualTo(hop.p50Ms());
    }
  }
}
