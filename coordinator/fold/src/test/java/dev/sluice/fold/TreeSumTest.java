package dev.sluice.fold;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class TreeSumTest {

  private static final int SHARDS = 16;

  @RepeatedTest(200)
  void anyGroupingInAnyOrderGivesTheSameBits(RepetitionInfo repetition) {
    var random = new Random(repetition.getCurrentRepetition());
    var leaves = leaves(random);
    float[] expected = reference(leaves, 0, SHARDS);

    var arriving = new ArrayList<TreeSum.Node>();
    cover(random, leaves, 0, SHARDS, arriving);
    // The same shards again in another grouping, as after a term was dispatched twice.
    cover(random, leaves, 0, SHARDS, arriving);
    Collections.shuffle(arriving, random);

    var tree = new TreeSum(SHARDS);
    TreeSum.Node root = null;
    for (var node : arriving) {
      root = tree.add(node);
      if (root != null) {
        break;
      }
    }

    if (root == null) {
      throw new AssertionError("the sum is not complete");
    }
    assertThat(bits(root.sum())).isEqualTo(bits(expected));
    assertThat(root.samples()).isEqualTo(SHARDS);
  }

  @Test
  void theOrderOfAdditionMattersHere() {
    // Were addition associative, the test above could not fail.
    var leaves = leaves(new Random(1));
    float[] leftToRight = leaves.getFirst().clone();
    for (int shard = 1; shard < SHARDS; shard++) {
      for (int i = 0; i < leftToRight.length; i++) {
        leftToRight[i] += leaves.get(shard)[i];
      }
    }
    assertThat(bits(leftToRight)).isNotEqualTo(bits(reference(leaves, 0, SHARDS)));
  }

  @Test
  void aRangeThatIsNotANodeIsRecognised() {
    var tree = new TreeSum(SHARDS);
    assertThat(tree.isNode(4, 4)).isTrue();
    assertThat(tree.isNode(2, 4)).isFalse();
    assertThat(tree.isNode(0, 3)).isFalse();
    assertThat(tree.isNode(16, 1)).isFalse();
    assertThat(tree.isNode(-4, 4)).isFalse();
    assertThat(tree.isNode(0, 0)).isFalse();
    assertThat(tree.isNode(0, 32)).isFalse();
  }

  private static List<float[]> leaves(Random random) {
    var leaves = new ArrayList<float[]>();
    for (int shard = 0; shard < SHARDS; shard++) {
      float[] values = new float[33];
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) (random.nextGaussian() * Math.pow(10, random.nextInt(7) - 3));
      }
      leaves.add(values);
    }
    return leaves;
  }

  /** What a worker that holds these shards sends. */
  private static float[] reference(List<float[]> leaves, int from, int count) {
    if (count == 1) {
      return leaves.get(from).clone();
    }
    float[] left = reference(leaves, from, count / 2);
    float[] right = reference(leaves, from + count / 2, count / 2);
    for (int i = 0; i < left.length; i++) {
      left[i] += right[i];
    }
    return left;
  }

  private static void cover(
      Random random, List<float[]> leaves, int from, int count, List<TreeSum.Node> nodes) {
    if (count == 1 || random.nextInt(3) == 0) {
      nodes.add(new TreeSum.Node(from, count, count, count, null, reference(leaves, from, count)));
    } else {
      cover(random, leaves, from, count / 2, nodes);
      cover(random, leaves, from + count / 2, count / 2, nodes);
    }
  }

  private static int[] bits(float[] values) {
    int[] bits = new int[values.length];
    Arrays.setAll(bits, i -> Float.floatToRawIntBits(values[i]));
    return bits;
  }
}
