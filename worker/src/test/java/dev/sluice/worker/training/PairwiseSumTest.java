package dev.sluice.worker.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;

class PairwiseSumTest {

  private static String tree(int from, int leaves) {
    return leaves == 1
        ? String.valueOf(from)
        : "(" + tree(from, leaves / 2) + " " + tree(from + leaves / 2, leaves / 2) + ")";
  }

  @Test
  void sumsAlignedHalvesLeftBeforeRight() {
    for (int leaves = 1; leaves <= 64; leaves *= 2) {
      var sum = new PairwiseSum<String>((left, right) -> "(" + left + " " + right + ")");
      for (int leaf = 0; leaf < leaves; leaf++) {
        sum.add(String.valueOf(leaf));
      }
      assertThat(sum.root()).isEqualTo(tree(0, leaves));
    }
  }

  @Test
  void groupsHaveTheBitsThatTheyHaveWithinTheWhole() {
    var random = new Random(3);
    float[] shards = new float[16];
    for (int i = 0; i < shards.length; i++) {
      shards[i] = (float) (random.nextGaussian() * Math.pow(10, random.nextInt(12) - 6));
    }
    float whole = sum(shards, 0, 16);
    for (int groups = 2; groups <= 16; groups *= 2) {
      var upper = new PairwiseSum<Float>(Float::sum);
      for (int group = 0; group < groups; group++) {
        upper.add(sum(shards, group * 16 / groups, 16 / groups));
      }
      assertThat(Float.floatToIntBits(upper.root())).isEqualTo(Float.floatToIntBits(whole));
    }
    float inOrder = 0;
    for (float shard : shards) {
      inOrder += shard;
    }
    // Else the numbers above could not tell one order from another.
    assertThat(inOrder).isNotEqualTo(whole);
  }

  private static float sum(float[] shards, int from, int n) {
    var sum = new PairwiseSum<Float>(Float::sum);
    for (int i = from; i < from + n; i++) {
      sum.add(shards[i]);
    }
    return sum.root();
  }

  @Test
  void anIncompleteTreeHasNoRoot() {
    var sum = new PairwiseSum<Integer>(Integer::sum);
    assertThatThrownBy(sum::root).isInstanceOf(IllegalStateException.class);
    sum.add(1);
    sum.add(2);
    sum.add(3);
    assertThatThrownBy(sum::root).isInstanceOf(IllegalStateException.class);
  }
}
