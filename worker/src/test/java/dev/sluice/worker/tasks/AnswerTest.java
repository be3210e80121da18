package dev.sluice.worker.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sluice.schemas.wire.Affine;
import dev.sluice.schemas.wire.LayerStack;
import dev.sluice.schemas.wire.NetworkFacts;
import dev.sluice.schemas.wire.Objective;
import java.util.List;
import org.junit.jupiter.api.Test;

class AnswerTest {

  private static Answer answer(Objective objective, int outputs, String... classes) {
    var none = new Affine(List.of(), List.of());
    return new Answer(
        new NetworkFacts(
            new LayerStack(List.of(), List.of()),
            List.of(1),
            outputs,
            objective,
            List.of(classes),
            List.of(),
            none,
            none,
            List.of(),
            0,
            0));
  }

  @Test
  void theGreatestLogitNamesTheClassAndTheFirstOfEquals() {
    var answer = answer(Objective.CROSS_ENTROPY, 3, "a", "b", "c");
    assertThat(answer.text(new double[] {0.1, 0.5, 0.2})).isEqualTo("b");
    assertThat(answer.text(new double[] {0.1, 0.5, 0.5})).isEqualTo("b");
    assertThat(answer.text(new double[] {-1, -1, -1})).isEqualTo("a");
  }

  @Test
  void oneLogitIsTheSecondClassWherePositive() {
    var answer = answer(Objective.BINARY_CROSS_ENTROPY, 1, "no", "yes");
    assertThat(answer.text(new double[] {0.3})).isEqualTo("yes");
    assertThat(answer.text(new double[] {0})).isEqualTo("no");
    assertThat(answer.text(new double[] {-0.3})).isEqualTo("no");
  }

  @Test
  void aRegressionAnswersWithItsNumber() {
    assertThat(answer(Objective.HUBER, 1).text(new double[] {2.5f})).isEqualTo("2.5");
  }

  @Test
  void aRowHasAnAnswerWhereAllItsScoresAreFinite() {
    var answer = answer(Objective.CROSS_ENTROPY, 2, "a", "b");
    assertThat(answer.finite(new double[] {Float.MAX_VALUE, Float.MAX_VALUE})).isTrue();
    assertThat(answer.finite(new double[] {1, Float.NEGATIVE_INFINITY})).isFalse();
    assertThat(answer.finite(new double[] {Float.NaN, 1})).isFalse();
  }

  @Test
  void lossesAreThoseOfTheFormulas() {
    double[] logits = {1, 2, 3};
    double sum = Math.exp(1) + Math.exp(2) + Math.exp(3);
    assertThat(Losses.ofClass(Objective.CROSS_ENTROPY, logits, 1))
        .isCloseTo(-Math.log(Math.exp(2) / sum), within(1e-12));
    double probability = 1 / (1 + Math.exp(-0.7));
    assertThat(Losses.ofClass(Objective.BINARY_CROSS_ENTROPY, new double[] {0.7}, 1))
        .isCloseTo(-Math.log(probability), within(1e-12));
    assertThat(Losses.ofClass(Objective.BINARY_CROSS_ENTROPY, new double[] {0.7}, 0))
        .isCloseTo(-Math.log(1 - probability), within(1e-12));
  }

  @Test
  void lossesOfGreatLogitsAreFinite() {
    assertThat(Losses.ofClass(Objective.CROSS_ENTROPY, new double[] {0, 1e4}, 0)).isEqualTo(1e4);
    assertThat(Losses.ofClass(Objective.BINARY_CROSS_ENTROPY, new double[] {1e4}, 0))
        .isEqualTo(1e4);
  }
}
