package dev.sluice.platform.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.sluice.platform.config.ConfigProblem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BootstrapServersTest {

  @Test
  void addressesAreHostsAndPorts() {
    assertThat(BootstrapServers.parse("a:1, kafka_1.example:9092,[::1]:2,::1:3,10.0.0.1:65535,"))
        .extracting(Greeting.Address::toString)
        .containsExactly("a:1", "kafka_1.example:9092", "[::1]:2", "[::1]:3", "10.0.0.1:65535");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        ",",
        "localhost",
        "localhost:abc",
        "localhost:0",
        "localhost:99999",
        ":9092",
        "http://localhost:9092",
        "a b:9092",
        "[::1:9092",
        "localhost:-1",
        "localhost:",
        "a@b:1"
      })
  void whatIsNoAddressIsAMistakeInTheConfiguration(String list) {
    assertThatThrownBy(() -> BootstrapServers.parse(list))
        .asInstanceOf(type(ConfigProblem.class))
        .satisfies(e -> assertThat(e.problems().getFirst().what()).contains("names no broker"));
  }

  @Test
  void eachThatIsWrongIsNamedAndNoOther() {
    assertThatThrownBy(() -> BootstrapServers.parse("fine:9092,foo,http://bar:1"))
        .isInstanceOf(ConfigProblem.class)
        .hasMessageContaining("'foo'")
        .hasMessageContaining("'http://bar:1'")
        .hasMessageNotContaining("fine");
  }
}
