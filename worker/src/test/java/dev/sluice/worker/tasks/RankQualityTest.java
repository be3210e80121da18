package dev.sluice.worker.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sluice.schemas.wire.Affine;
import dev.sluice.schemas.wire.LayerStack;
import dev.sluice.schemas.wire.NetworkFacts;
import dev.sluice.schemas.wire.Objective;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RankQualityTest {

  private static RankQuality of(Objective objective, int outputs, int classes, int rows) {
    var none = new Affine(List.of(), List.of());
    return new RankQuality(
        new NetworkFacts(
            new LayerStack(List.of(), List.of()),
            List.of(1),
            outputs,
            objective,
            Collections.nCopies(classes, "a class"),
            List.of(),
            none,
            none,
            List.of(),
            0,
            0),
        rows);
  }

  @Test
  void twoClassesAreRankedByTheSecond() {
    // roc_auc_score([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]) of scikit-learn.
    double[] scores = {0.1, 0.4, 0.35, 0.8};
    var one = of(Objective.BINARY_CROSS_ENTROPY, 1, 2, 4);
    var two = of(Objective.CROSS_ENTROPY, 2, 2, 4);
    for (int i = 0; i < 4; i++) {
      double score = scores[i];
      one.take(i / 2, new double[] {score});
      two.take(i / 2, new double[] {0, score});
    }
    assertThat(one.mean()).hasValue(0.75);
    assertThat(two.mean()).hasValue(0.75);
    assertThat(one.ofClass(0)).isEmpty();
    assertThat(one.ofClass(1)).hasValue(0.75);
  }

  @Test
  void tiesCountHalf() {
    var ranks = of(Objective.BINARY_CROSS_ENTROPY, 1, 2, 3);
    ranks.take(0, new double[] {1});
    ranks.take(1, new double[] {1});
    ranks.take(1, new double[] {2});
    assertThat(ranks.mean()).hasValue(0.75);
  }

  @Test
  void whatIsAlmostCertainIsStillRanked() {
    var ranks = of(Objective.CROSS_ENTROPY, 2, 2, 2);
    ranks.take(0, new double[] {0, 200});
    ranks.take(1, new double[] {0, 201});
    assertThat(ranks.mean()).hasValue(1);
  }

  @Test
  void ofSeveralClassesEachIsComparedWithTheRest() {
    int rows = 200;
    var random = new Random(3);
    var ranks = of(Objective.CROSS_ENTROPY, 3, 3, rows);
    int[] labels = new int[rows];
    double[][] logits = new double[rows][3];
    for (int row = 0; row < rows; row++) {
      labels[row] = random.nextInt(3);
      for (int output = 0; output < 3; output++) {
        logits[row][output] = random.nextGaussian() + (output == labels[row] ? 1 : 0);
      }
      ranks.take(labels[row], logits[row]);
    }
    double sum = 0;
    for (int id = 0; id < 3; id++) {
      double area = byPairs(labels, logits, id);
      assertThat(ranks.ofClass(id).orElseThrow()).isCloseTo(area, within(1e-12));
      sum += area;
    }
    assertThat(ranks.mean().orElseThrow()).isCloseTo(sum / 3, within(1e-12));
  }

  /** By the definition. */
  private static double byPairs(int[] labels, double[][] logits, int id) {
    double wins = 0;
    long pairs = 0;
    for (int i = 0; i < labels.length; i++) {
      for (int j = 0; j < labels.length; j++) {
        if (labels[i] == id && labels[j] != id) {
          pairs++;
          double difference = probability(logits[i], id) - probability(logits[j], id);
          wins += difference > 0 ? 1 : difference == 0 ? 0.5 : 0;
        }
      }
    }
    return wins / pairs;
  }

  private static double probability(double[] logits, int id) {
    double sum = 0;
    for (double logit : logits) {
      sum += Math.exp(logit);
    }
    return Math.exp(logits[id]) / sum;
  }

  @Test
  void oneClassAloneOrScoresThatAreNotFiniteHaveNoArea() {
    var alone = of(Objective.BINARY_CROSS_ENTROPY, 1, 2, 2);
    alone.take(1, new double[] {1});
    alone.take(1, new double[] {2});
    assertThat(alone.mean()).isEmpty();
    var broken = of(Objective.BINARY_CROSS_ENTROPY, 1, 2, 2);
    broken.take(0, new double[] {1});
    broken.take(1, new double[] {Double.NaN});
    assertThat(broken.mean()).isEmpty();
  }

  @Test
  void manyClassesOrRowsAreNotRanked() {
    var many = of(Objective.CROSS_ENTROPY, 21, 21, 10);
    many.take(0, new double[21]);
    assertThat(many.mean()).isEmpty();
    assertThat(of(Objective.CROSS_ENTROPY, 10, 10, Integer.MAX_VALUE).mean()).isEmpty();
  }
}
