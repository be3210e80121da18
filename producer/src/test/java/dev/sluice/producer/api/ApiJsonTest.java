package dev.sluice.producer.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.util.ArrayList;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ApiJsonTest {
  private record Measured(double primitive, Double boxed) {}

  @Test
  void aNumberThatIsNotFiniteIsNull() throws JsonProcessingException {
    assertThat(ApiJson.MAPPER.writeValueAsString(new Measured(Double.NaN, Double.NaN)))
        .isEqualTo("{\"primitive\":null,\"boxed\":null}");
    var several = new ArrayList<>(Arrays.asList(Double.POSITIVE_INFINITY, 0.1, 3.0));
    assertThat(ApiJson.MAPPER.writeValueAsString(several)).isEqualTo("[null,0.1,3.0]");
  }
}
