package dev.sluice.accelerators.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.accelerators.catalogue.NumberFormat;
import dev.sluice.schemas.wire.Cause;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What models cost: as stated, with gaps and ranges kept, and mistakes told by line. */
class ModelCostsTest {

  private static final ModelCosts COSTS = ModelCosts.builtIn();

  private static final String SOUND =
      """
      recorded: 2026-12-01
      models:
        - id: small
          name: Small
          parameters: 1_000
          structure: {family: decoder, promptTokens: 5, answerTokens: 6, beams: 1}
          flops:
            - {per: token, count: 2000}
            - {per: sample, least: 1, most: 2}
          weightBytes: {fp32: 4000}
          sources: {all: counted}
      """;

  private static ModelCost model(String id) {
    return COSTS.find(id).orElseThrow();
  }

  private static List<Cause> problems(String text) {
    return switch (ModelCostFile.parse("costs.yaml", text)) {
      case ModelCostFile.Result.Sound sound -> throw new AssertionError("no problem was found");
      case ModelCostFile.Result.Invalid(var problems) -> problems;
    };
  }

  @Test
  void everySurveyedModelIsThere() {
    assertThat(COSTS.ids())
        .containsExactly(
            "3d-unet-kits",
            "bert-large",
            "gpt3-175b",
            "gptj-6b",
            "llama2-70b",
            "llama3-8b",
            "llama31-405b",
            "mobilenet-v1",
            "resnet50",
            "sdxl",
            "ssd-mobilenet",
            "ssd-resnet34");
    assertThat(COSTS.all()).allSatisfy(model -> assertThat(model.sources()).isNotEmpty());
    assertThat(COSTS.conventions()).isNotEmpty();
    assertThat(COSTS.recorded()).isEqualTo("2026-11-24");
  }

  @Test
  void operationsAreNotMistakenForMultiplicationsWithAddition() {
    var resnet = model("resnet50");

    assertThat(resnet.flops(Flops.Per.SAMPLE).orElseThrow().least()).isEqualTo(8_178_000_000.0);
    assertThat(resnet.macsPerSample()).isEqualTo(4_089_000_000L);
    assertThat(resnet.weightBytes())
        .containsEntry(NumberFormat.FP16, 51_200_000L)
        .containsEntry(NumberFormat.BF16, 51_200_000L)
        .containsEntry(NumberFormat.INT8, 25_600_000L);
    assertThat(resnet.serverLatencyMsMax()).isEqualTo(15);
  }

  @Test
  void aRangeStaysARange() {
    var flops = model("sdxl").flops(Flops.Per.SAMPLE).orElseThrow();

    assertThat(flops.isRange()).isTrue();
    assertThat(flops.least()).isEqualTo(1.28e12);
    assertThat(flops.most()).isEqualTo(2.4e12);
  }

  @Test
  void theUsualVariantStandsFirst() {
    assertThat(model("bert-large").flops()).hasSize(4);
    assertThat(model("bert-large").flops(Flops.Per.SAMPLE).orElseThrow().variant())
        .isEqualTo("384 tokens, padded");
  }

  @Test
  void aSequenceModelHasItsCache() {
    var shape = model("llama2-70b").shape();

    assertThat(shape.kvBytesPerToken()).isEqualTo(327_680);
    assertThat(shape.layers()).isEqualTo(80);
    assertThat(shape.hidden()).isEqualTo(8192);
    assertThat(shape.kvHeads()).isEqualTo(8);
  }

  @Test
  void whatIsNotStatedIsNotGuessed() {
    assertThat(model("gpt3-175b").weightBytes()).isEmpty();
    assertThat(model("gpt3-175b").flops(Flops.Per.TOKEN)).isEmpty();
    assertThat(model("gptj-6b").shape().kvHeads()).isNull();
    assertThat(model("ssd-resnet34").shape().layers()).isNull();
  }

  @Test
  void namesOfMlperfStandForTheModels() {
    assertThat(COSTS.find("bert-99")).isEqualTo(COSTS.find("bert-large"));
    assertThat(COSTS.find("ssd-small")).isEqualTo(COSTS.find("ssd-mobilenet"));
    assertThat(COSTS.find("llama2-70b-99")).isEqualTo(COSTS.find("llama2-70b"));
    assertThat(COSTS.nearest("bert-98")).isEqualTo("Did you mean 'bert-99'? ");
  }

  @Test
  void namesThatEndIn999AskForHighAccuracy() {
    assertThat(model("bert-large").accuracy()).isEqualTo(Accuracy.USUAL);
    for (var name : List.of("bert-99.9", "gptj-99.9", "llama2-70b-99.9", "3d-unet-99.9")) {
      assertThat(model(name).accuracy()).as(name).isEqualTo(Accuracy.HIGH);
    }
    assertThat(model("bert-99.9").id()).isEqualTo("bert-large");
    assertThat(COSTS.names()).containsAll(COSTS.ids()).contains("ssd-small", "gptj-99.9");
  }

  @Test
  void whatAPredictionNeedsIsCounted() {
    assertThat(model("resnet50").structure())
        .isEqualTo(
            new Structure.FeedForward(
                Family.CNN, false, null, null, 28_404_712, 1_806_336, 56, 150_528));
    assertThat(model("llama2-70b").structure()).isEqualTo(new Structure.Decoder(294, 294.45, 1));
    assertThat(model("sdxl").structure()).isNull();
  }

  @Test
  void anUnknownIdGetsTheNearestName() {
    assertThat(COSTS.find("resnet-50")).isEmpty();
    assertThat(COSTS.nearest("resnet-50")).isEqualTo("Did you mean 'resnet50'? ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          1_000        | 0                | line 5: models[0].parameters        | from 1
          1_000        | many             | line 5: models[0].parameters        | a whole number
          count: 2000  | count: -2        | line 8: models[0].flops[0].count    | above 0
          count: 2000  | least: 2         | line 8: models[0].flops[0].count    | how many
          per: token   | per: tokn        | line 8: models[0].flops[0].per      | 'token'
          'least: 1, most: 2' | 'least: 2, most: 1' | line 9: models[0].flops[1].count | greater
          fp32         | fp23             | line 10: models[0].weightBytes.fp23  | 'fp32'
          all: counted | ''               | line 11: models[0].sources          | a source
          beams: 1     | beams: 0         | line 6: models[0].structure.beams   | above 0
          beams: 1     | 'beams: 1, layers: 1' | line 6: models[0].structure.layers  | 'layers'
          id: small    | name: x          | line 4, column                      | twice
          """)
  void aMistakeIsToldWithFileAndLine(String sound, String wrong, String where, String message) {
    var problem = problems(SOUND.replace(sound, wrong)).getFirst();

    assertThat(problem.where()).startsWith("costs.yaml, " + where);
    assertThat(problem.toString()).contains(message);
  }

  @Test
  void theSameIdTwiceIsAMistake() {
    var again = SOUND.substring(SOUND.indexOf("  - id"));

    assertThat(problems(SOUND + again).getFirst().where())
        .isEqualTo("costs.yaml, line 12: models[1].id");
  }

  @Test
  void codeCannotMakeAnAbsurdCostEither() {
    assertThatThrownBy(() -> new Flops(Flops.Per.TOKEN, "", 2, 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Flops(Flops.Per.TOKEN, "", Double.NaN, 1))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
