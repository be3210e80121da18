package dev.sluice.schemas.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.sluice.schemas.accelerator.AcceleratorModel;
import dev.sluice.schemas.accelerator.Catalogue;
import dev.sluice.schemas.accelerator.NumberFormat;
import java.io.IOException;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every prediction equals that of the implementation that the factors were fitted with. */
class CostReferenceTest {

  private static final double TOLERANCE = 1e-9;

  static Stream<JsonNode> inference() throws IOException {
    return cases("inference");
  }

  static Stream<JsonNode> training() throws IOException {
    return cases("training");
  }

  @ParameterizedTest
  @MethodSource
  void inference(JsonNode expected) {
    var prediction =
        CostModel.builtIn()
            .predict(
                accelerator(expected),
                workload(expected),
                Scenario.of(expected.path("scenario").asText()).orElseThrow(),
                format(expected),
                expected.path("count").asInt());
    if (!expected.path("possible").asBoolean()) {
      assertThat(prediction).isNotInstanceOf(Prediction.Predicted.class);
      return;
    }
    var predicted = (Prediction.Predicted) prediction;
    assertThat(predicted.format().label()).isEqualTo(expected.path("expectedFormat").asText());
    same(predicted.samplesPerSecond(), expected.path("samplesPerSecond"));
    same(predicted.latencyMs(), expected.path("latencyMs"));
    same(predicted.energyJPerSample(), expected.path("energyJPerSample"));
    same(predicted.tokensPerSecond(), expected.path("tokensPerSecond"));
    assertThat(predicted.bound().label()).isEqualTo(expected.path("bound").asText());
    var terms = expected.path("termsMs");
    same(predicted.terms().computeSeconds() * 1e3, terms.path("compute"));
    same(predicted.terms().memorySeconds() * 1e3, terms.path("memory"));
    same(predicted.terms().overheadSeconds() * 1e3, terms.path("overhead"));
    same(predicted.terms().hostLinkSeconds() * 1e3, orZero(terms.path("hostLink")));
    same(predicted.terms().interconnectSeconds() * 1e3, orZero(terms.path("interconnect")));
    double rate = expected.path("samplesPerSecond").asDouble();
    double factor = expected.path("intervalFactor").asDouble();
    assertThat(predicted.interval().factor()).isEqualTo(factor);
    assertThat(predicted.interval().low()).isCloseTo(rate / factor, within(rate * TOLERANCE));
    assertThat(predicted.interval().high()).isCloseTo(rate * factor, within(rate * TOLERANCE));
  }

  @ParameterizedTest
  @MethodSource
  void training(JsonNode expected) {
    var prediction =
        TrainingCost.predict(
            accelerator(expected),
            workload(expected),
            format(expected),
            expected.path("samplesPerDevice").asLong(),
            expected.path("count").asInt());
    if (!expected.path("possible").asBoolean()) {
      assertThat(prediction).isNotInstanceOf(TrainingPrediction.Predicted.class);
      return;
    }
    var predicted = (TrainingPrediction.Predicted) prediction;
    assertThat(predicted.format().label()).isEqualTo(expected.path("expectedFormat").asText());
    assertThat(predicted.sharded()).isEqualTo(expected.path("sharded").asBoolean());
    same(predicted.stepSeconds() * 1e3, expected.path("stepMs"));
    same(predicted.computeSeconds() * 1e3, expected.path("termsMs").path("compute"));
    same(predicted.memorySeconds() * 1e3, expected.path("termsMs").path("memory"));
    same(predicted.exposedSeconds() * 1e3, expected.path("termsMs").path("interconnect"));
    same(predicted.allReduceSeconds() * 1e3, expected.path("allReduceMs"));
    same(predicted.scalingEfficiency(), expected.path("scalingEfficiency"));
    same(predicted.joulesPerStep(), expected.path("joulesPerStep"));
  }

  private static Stream<JsonNode> cases(String group) throws IOException {
    try (var resource = CostReferenceTest.class.getResourceAsStream("reference.json")) {
      var cases = new JsonMapper().readTree(resource).path(group);
      return StreamSupport.stream(cases.spliterator(), false);
    }
  }

  private static AcceleratorModel accelerator(JsonNode expected) {
    return Catalogue.builtIn().find(expected.path("accelerator").asText()).orElseThrow();
  }

  private static Workload workload(JsonNode expected) {
    return Workload.of(ModelCosts.builtIn().find(expected.path("model").asText()).orElseThrow());
  }

  private static Optional<NumberFormat> format(JsonNode expected) {
    return NumberFormat.of(expected.path("format").asText());
  }

  private static double orZero(JsonNode number) {
    return number.asDouble(0);
  }

  private static void same(@Nullable Double actual, JsonNode expected) {
    if (expected.isNull() || expected.isMissingNode()) {
      assertThat(actual).isNull();
    } else {
      same(actual, expected.asDouble());
    }
  }

  private static void same(@Nullable Double actual, double expected) {
    assertThat(actual)
        .isNotNull()
        .isCloseTo(expected, within(Math.abs(expected) * TOLERANCE + Double.MIN_VALUE));
  }
}
