package dev.sluice.producer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.platform.config.ConfigProblem;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProducerConfigTest {

  @Test
  void onlyTheBrokersMustBeGiven() {
    var config = ProducerConfig.of(Map.of("bootstrap-servers", "localhost:9092"));

    assertThat(config.host()).as("loopback unless asked otherwise").isEqualTo("127.0.0.1");
    assertThat(config.port()).isEqualTo(8642);
    assertThat(config.finishedJobsMax()).isEqualTo(250_000);
  }

  @Test
  void everythingThatIsWrongIsSaidAtOnce() {
    var problem =
        catchThrowableOfType(
            ConfigProblem.class,
            () ->
                ProducerConfig.of(Map.of("port", "70000", "lag-sample-ms", "x", "colour", "red")));

    assertThat(problem.problems())
        .extracting(p -> p.where())
        .containsExactlyInAnyOrder("bootstrap-servers", "port", "lag-sample-ms", "colour");
  }
}
