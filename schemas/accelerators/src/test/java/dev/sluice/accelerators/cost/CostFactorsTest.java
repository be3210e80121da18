package dev.sluice.accelerators.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.accelerators.catalogue.CatalogueFiles;
import dev.sluice.schemas.wire.Cause;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The file of factors: each with owner, reason and source, and read strictly. */
class CostFactorsTest {

  private static final String SOUND =
      """
      factors:
        - name: efficiency
          unit: share
          owner: model
          origin: fitted
          reason: kernels
          source: measured
          values: {resnet50: 0.5, bert-large: 0.6}
          shrunkTo: {resnet50: 0.7}
        - {name: batch, unit: samples, owner: all, origin: prior, reason: some, source: own, value: 8}
      """;

  private static List<Cause> problems(String text) {
    return switch (FactorFile.parse("factors.yaml", text)) {
      case FactorFile.Result.Sound(var factors) -> throw new AssertionError(factors);
      case FactorFile.Result.Invalid(var problems) -> problems;
    };
  }

  @Test
  void noFactorBelongsToADevice() {
    assertThat(Factors.builtIn().all())
        .allSatisfy(
            factor -> {
              assertThat(CatalogueFiles.builtIn().ids()).doesNotContain(factor.key());
              assertThat(factor.reason()).isNotBlank();
              assertThat(factor.source()).isNotBlank();
              assertThat(factor.owner()).isNotBlank();
            });
    assertThat(CostModel.builtIn().factors()).isEqualTo(Factors.builtIn().all());
  }

  @Test
  void factorsOfModelsNameKnownModels() {
    assertThat(Factors.builtIn().all())
        .filteredOn(factor -> factor.owner().startsWith("model"))
        .allSatisfy(
            factor ->
                assertThat(
                        factor.key().isEmpty() || ModelCosts.builtIn().ids().contains(factor.key()))
                    .as(factor.id())
                    .isTrue());
  }

  @Test
  void anEntryMayHoldSeveralValuesThatShareAReason() {
    var factors =
        switch (FactorFile.parse("factors.yaml", SOUND)) {
          case FactorFile.Result.Sound(var sound) -> sound;
          case FactorFile.Result.Invalid(var problems) -> throw new AssertionError(problems);
        };

    assertThat(factors)
        .extracting(Factor::id)
        .containsExactly("efficiency.resnet50", "efficiency.bert-large", "batch");
    assertThat(factors.getFirst().shrunkTo()).isEqualTo(0.7);
    assertThat(factors.get(1).shrunkTo()).isNull();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          resnet50: 0.5     | resnet50: -0.5     | line 8: factors[0].values.resnet50  | above 0
          resnet50: 0.5     | resnet50: much     | line 8: factors[0].values.resnet50  | a number
          resnet50: 0.7     | resnet5: 0.7       | line 9: factors[0].shrunkTo.resnet5 | 'resnet5'
          value: 8          | values: {}, value: 8 | line 10: factors[1].value         | a value and values
          'value: 8'        | 'x: 8'             | line 10: factors[1]                 | no value
          owner: model      | ownr: model        | line 2: factors[0].owner            | missing
          origin: fitted    | origin: guessed    | line 5: factors[0].origin           | 'guessed'
          name: batch       | name: efficiency, values: {resnet50: 1} | line 10: factors[1] | values
          """)
  void aMistakeIsToldWithFileAndLine(String sound, String wrong, String where, String message) {
    var problems = problems(SOUND.replace(sound, wrong));

    assertThat(problems.getFirst().where()).startsWith("factors.yaml, " + where);
    assertThat(problems.toString()).contains(message);
  }

  @Test
  void theSameFactorTwiceIsAMistake() {
    var again = SOUND.substring(SOUND.indexOf("  - {name: batch"));

    assertThat(problems(SOUND + again).getFirst().what()).contains("batch stands twice");
  }

  @Test
  void aFactorThatTheModelDoesNotKnowOrMissesStopsIt() {
    var table = new FactorTable(Factors.builtIn().all());
    table.one("batch-max");
    table.one("no-such-factor");

    assertThatThrownBy(table::end)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("[no-such-factor]")
        .hasMessageContaining("efficiency.resnet50");
  }
}
