package dev.sluice.worker.export;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schemas.wire.Affine;
import dev.sluice.schemas.wire.BooleanColumn;
import dev.sluice.schemas.wire.CategoryColumn;
import dev.sluice.schemas.wire.FeatureColumn;
import dev.sluice.schemas.wire.LayerStack;
import dev.sluice.schemas.wire.NetworkFacts;
import dev.sluice.schemas.wire.NumberColumn;
import dev.sluice.schemas.wire.Objective;
import java.util.List;
import org.junit.jupiter.api.Test;

class TorchScriptModelTest {
  private static final Affine NONE = new Affine(List.of(), List.of());

  private static String described(FeatureColumn... columns) {
    return TorchScriptModel.description(
        new NetworkFacts(
            new LayerStack(List.of(), List.of()),
            List.of(4),
            2,
            Objective.CROSS_ENTROPY,
            List.of("cat", "dog"),
            List.of("weight", "coat", "indoors"),
            NONE,
            NONE,
            List.of(),
            0,
            0,
            List.of(),
            List.of(columns)),
        "pets",
        "abc");
  }

  @Test
  void aFileSaysHowItsColumnsBecomeInputs() {
    assertThat(
            described(
                new NumberColumn(4.5),
                new CategoryColumn(List.of("long", "wire"), "wire"),
                new BooleanColumn(null)))
        .contains(
            """
            "columns":[{"holds":"number","fill":4.5},\
            {"holds":"category","fill":"wire","categories":["long","wire"]},\
            {"holds":"boolean","fill":null}]\
            """);
  }

  @Test
  void ofPlainNumbersNothingIsSaid() {
    assertThat(described()).contains("\"features\":[\"weight\"").doesNotContain("columns");
  }
}
