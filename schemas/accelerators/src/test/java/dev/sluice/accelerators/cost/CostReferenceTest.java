package dev.sluice.accelerators.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.sluice.accelerators.catalogue.AcceleratorModel;
import dev.sluice.accelerators.catalogue.CatalogueFiles;
import dev.sluice.accelerators.catalogue.NumberFormat;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;

/**
 * The formulas against a second implementation in another language, over devices, models,
 * scenarios, formats and counts: reference.json holds what that one computed.
 */
class CostReferenceTest {

  /** Both compute in double precision, in another order. */
  private static final double RELATIVE = 1e-9;

  private static final JsonNode REFERENCE = reference();

  private static JsonNode reference() {
    try (var resource = CostReferenceTest.class.getResourceAsStream("reference.json")) {
      return new JsonMapper().readTree(resource);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static AcceleratorModel accelerator(JsonNode given) {
    return CatalogueFiles.builtIn().find(given.path("accelerator").asText()).orElseThrow();
  }

  private static Workload workload(JsonNode given) {
    return Workload.of(ModelCosts.builtIn().find(given.path("model").asText()).orElseThrow());
  }

  private static Optional<NumberFormat> format(JsonNode given) {
    return NumberFormat.of(given.path("format").asText());
  }

  private static Scenario scenario(JsonNode given) {
    return Arrays.stream(Scenario.values())
        .filter(scenario -> scenario.label().equals(given.path("scenario").asText()))
        .findFirst()
        .orElseThrow();
  }

  private static Bound bound(String name) {
    return switch (name) {
      case "compute" -> Bound.COMPUTE;
      case "memory" -> Bound.MEMORY;
      case "hostLink" -> Bound.HOST_LINK;
      case "overhead" -> Bound.OVERHEAD;
      case "interconnect" -> Bound.INTERCONNECT;
      default -> throw new AssertionError(name);
    };
  }

  private static String name(JsonNode given) {
    var name = new ArrayList<String>();
    given
        .properties()
        .forEach(
            field -> {
              if (field.getValue().isValueNode() && !field.getValue().isNull()) {
                name.add(field.getValue().asText());
              }
            });
    return String.join(" ", name);
  }

  private static void near(SoftAssertions softly, String what, double actual, JsonNode expected) {
    double value = expected.doubleValue();
    softly.assertThat(expected.isNumber()).as(what).isTrue();
    softly.assertThat(actual).as(what).isCloseTo(value, within(Math.abs(value) * RELATIVE));
  }

  @Test
  void inferenceMatches() {
    var softly = new SoftAssertions();
    assertThat(REFERENCE.path("inference")).hasSize(115);
    for (var given : REFERENCE.path("inference")) {
      int count = given.path("count").intValue();
      var expected = given.path("expected");
      var name = name(given);
      switch (CostModel.builtIn()
          .predict(accelerator(given), workload(given), scenario(given), format(given), count)) {
        case Prediction.Predicted predicted -> {
          softly.assertThat(expected.path("possible").booleanValue()).as(name).isTrue();
          matches(softly, name, predicted, expected);
        }
        case Prediction.Impossible(var reasons) -> fails(softly, name, reasons, expected);
        case Prediction.Unknown(var reasons) -> fails(softly, name, reasons, expected);
      }
    }
    softly.assertAll();
  }

  private static void matches(
      SoftAssertions softly, String name, Prediction.Predicted predicted, JsonNode expected) {
    near(softly, name, predicted.samplesPerSecond(), expected.path("samplesPerSecond"));
    near(softly, name, predicted.latencyMs(), expected.path("latencyMs"));
    near(softly, name, predicted.interval().low(), expected.at("/interval/0"));
    near(softly, name, predicted.interval().high(), expected.at("/interval/1"));
    softly
        .assertThat(predicted.format().label())
        .as(name)
        .isEqualTo(expected.path("format").asText());
    softly.assertThat(predicted.bound()).as(name).isEqualTo(bound(expected.path("bound").asText()));
    expected
        .path("termsMs")
        .properties()
        .forEach(
            term ->
                near(
                    softly,
                    name + " " + term.getKey(),
                    predicted.terms().of(bound(term.getKey())) * 1e3,
                    term.getValue()));
    var joules = predicted.energyJPerSample();
    if (joules == null) {
      softly.assertThat(expected.path("energyJPerSample").isNull()).as(name).isTrue();
    } else {
      near(softly, name, joules, expected.path("energyJPerSample"));
    }
  }

  private static void fails(
      SoftAssertions softly, String name, List<String> reasons, JsonNode expected) {
    softly.assertThat(expected.path("possible").booleanValue()).as(name + reasons).isFalse();
    softly.assertThat(reasons).as(name).isNotEmpty();
  }

  @Test
  void trainingMatches() {
    var softly = new SoftAssertions();
    assertThat(REFERENCE.path("training")).hasSize(17);
    for (var given : REFERENCE.path("training")) {
      int count = given.path("count").intValue();
      long perDevice = given.path("perDevice").longValue();
      var expected = given.path("expected");
      var name = name(given);
      switch (TrainingCost.predict(
          accelerator(given), workload(given), format(given), perDevice, count)) {
        case TrainingPrediction.Predicted predicted -> {
          softly.assertThat(expected.path("possible").booleanValue()).as(name).isTrue();
          near(softly, name, predicted.stepSeconds() * 1e3, expected.path("stepMs"));
          near(softly, name, predicted.samplesPerSecond(), expected.path("workPerSecond"));
          near(softly, name, predicted.scalingEfficiency(), expected.path("scalingEfficiency"));
          near(softly, name, predicted.allReduceSeconds() * 1e3, expected.path("allReduceMs"));
          near(softly, name, predicted.computeSeconds() * 1e3, expected.at("/termsMs/compute"));
          near(softly, name, predicted.memorySeconds() * 1e3, expected.at("/termsMs/memory"));
          near(
              softly, name, predicted.exposedSeconds() * 1e3, expected.at("/termsMs/interconnect"));
          softly
              .assertThat(predicted.sharded())
              .as(name)
              .isEqualTo(expected.path("sharded").booleanValue());
          softly
              .assertThat(predicted.format().label())
              .as(name)
              .isEqualTo(expected.path("format").asText());
          softly
              .assertThat(predicted.bound())
              .as(name)
              .isEqualTo(bound(expected.path("bound").asText()));
          var joules = predicted.joulesPerStep();
          if (joules == null) {
            softly.assertThat(expected.path("energyJPerStep").isNull()).as(name).isTrue();
          } else {
            near(softly, name, joules, expected.path("energyJPerStep"));
          }
        }
        case TrainingPrediction.Impossible(var reasons) -> fails(softly, name, reasons, expected);
        case TrainingPrediction.Unknown(var reasons) -> fails(softly, name, reasons, expected);
      }
    }
    softly.assertAll();
  }
}
