package dev.sluice.fold;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schemas.wire.SumFormat;
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

  /** Whole pieces, and some elements more. */
  private static final int FLOATS = 2 * VectorPieces.FLOATS + 33;

  private static final int BYTES = FLOATS * Float.BYTES;

  /** Shards that are sent as one sum. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Part(int from, int count, float[] sum) {}

  @RepeatedTest(200)
  void anyGroupingInAnyOrderGivesTheSameBits(RepetitionInfo repetition) {
    var random = new Random(repetition.getCurrentRepetition());
    var leaves = leaves(random);
    float[] expected = reference(leaves, 0, SHARDS);
    var space = new FoldSpace(random.nextInt(20 * BYTES));
    var free = new FreeVectors(FLOATS, SHARDS);
    var tree = new TreeSum(SHARDS, Rounding.NONE, FLOATS, 0, free, space);
    float[] sum = new float[FLOATS];

    for (int step = 0; step < 3; step++) {
      var arriving = new ArrayList<Part>();
      cover(random, leaves, 0, SHARDS, arriving);
      // The same shards again in another grouping, as after a term was dispatched twice.
      cover(random, leaves, 0, SHARDS, arriving);
      Collections.shuffle(arriving, random);
      for (var part : arriving) {
        if (!tree.whole()) {
          tree.add(node(random, part, space));
        }
        if (!tree.whole() && random.nextInt(8) == 0) {
          assertThat(tree.settle()).allMatch(node -> node.values() instanceof Addend.Vector);
          assertThat(space.bytes()).isZero();
        }
      }

      assertThat(tree.whole()).isTrue();
      assertThat(tree.total()).isEqualTo(new TreeSum.Total(SHARDS, SHARDS, null));
      tree.sum(0, FLOATS, sum);
      assertThat(bits(sum)).isEqualTo(bits(expected));
      tree.clear();
      assertThat(space.bytes()).isZero();
    }
  }

  /** A vector, or a contribution that may wait as it came, or one that may not. */
  private static TreeSum.Node node(Random random, Part part, FoldSpace space) {
    Addend values;
    if (random.nextInt(3) == 0) {
      values = new Addend.Vector(part.sum);
    } else {
      byte[] moved = new byte[BYTES + 9];
      System.arraycopy(bytes(part.sum), 0, moved, 5, BYTES);
      boolean held = random.nextBoolean() && space.hold(moved, BYTES);
      values = new Addend.Payload(SumReader.Encoded.of(moved, 5), SumFormat.FP32, held);
    }
    return new TreeSum.Node(part.from, part.count, part.count, part.count, null, values);
  }

  /** Without room for contributions that wait, no more vectors wait than the tree has levels. */
  @Test
  void inOrderAVectorForEachLevelWaits() {
    var leaves = leaves(new Random(3));
    var tree =
        new TreeSum(
            SHARDS,
            Rounding.NONE,
            FLOATS,
            0,
            new FreeVectors(FLOATS, SHARDS),
            new FoldSpace(BYTES));
    for (int shard = 0; shard < SHARDS - 1; shard++) {
      byte[] bytes = bytes(leaves.get(shard));
      tree.add(
          new TreeSum.Node(
              shard,
              1,
              1,
              1,
              null,
              new Addend.Payload(SumReader.Encoded.of(bytes, 0), SumFormat.FP32, false)));
      assertThat(tree.settle()).hasSize(Integer.bitCount(shard + 1));
    }
  }

  @Test
  void whatWaitsAsAWholeIsCoveredAlthoughItIsNotAddedYet() {
    var leaves = leaves(new Random(4));
    var space = new FoldSpace(10 * BYTES);
    var tree =
        new TreeSum(SHARDS, Rounding.NONE, FLOATS, 0, new FreeVectors(FLOATS, SHARDS), space);
    for (int shard = 4; shard < 7; shard++) {
      byte[] bytes = bytes(leaves.get(shard));
      assertThat(space.hold(bytes, BYTES)).isTrue();
      tree.add(
          new TreeSum.Node(
              shard,
              1,
              1,
              1,
              null,
              new Addend.Payload(SumReader.Encoded.of(bytes, 0), SumFormat.FP32, true)));
    }
    assertThat(tree.covers(4, 2)).isTrue();
    assertThat(tree.covers(6, 1)).isTrue();
    assertThat(tree.covers(6, 2)).isFalse();
    assertThat(tree.covers(4, 4)).isFalse();
    assertThat(space.bytes()).isEqualTo(3 * BYTES);
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

  private static byte[] bytes(float[] values) {
    byte[] room = new byte[BYTES];
    SumCodec.encode(SumFormat.FP32, values, FLOATS, FLOATS, room);
    return room;
  }

  private static List<float[]> leaves(Random random) {
    var leaves = new ArrayList<float[]>();
    for (int shard = 0; shard < SHARDS; shard++) {
      float[] values = new float[FLOATS];
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
      Random random, List<float[]> leaves, int from, int count, List<Part> nodes) {
    if (count == 1 || random.nextInt(3) == 0) {
      nodes.add(new Part(from, count, reference(leaves, from, count)));
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
