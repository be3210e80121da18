package dev.sluice.fold;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schemas.codec.Vectors;
import dev.sluice.schemas.wire.AdamW;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.Constant;
import dev.sluice.schemas.wire.Contribution;
import dev.sluice.schemas.wire.FoldStarted;
import dev.sluice.schemas.wire.SumEncoding;
import dev.sluice.schemas.wire.SumFormat;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The fold of a job whose sums are rounded; its vector has trained elements and statistics. */
class RoundedSumsTest {

  private static final int SHARDS = 8;
  private static final int FLOATS = 700;
  private static final int TRAINED = 690;
  private static final int STEPS = 6;

  @ParameterizedTest
  @CsvSource({
    "BF16, 1", "BF16, 2", "BF16, 4", "BF16, 8", "INT8, 1", "INT8, 2", "INT8, 4", "INT8, 8"
  })
  void anyGroupingInAnyOrderGivesTheSameBitsAcrossTakeovers(SumFormat format, int groups) {
    float[] expected = null;
    for (int seed = 0; seed < 30; seed++) {
      var random = new Random(seed);
      var fold = new BlockFold("j", 0, plan(format, groups));
      contribute(fold, initial());
      for (int step = 0; step < STEPS; step++) {
        for (var contribution : contributions(random, step, format, groups)) {
          contribute(fold, contribution);
          if (random.nextInt(4) == 0) {
            fold = BlockFold.restore(fold.snapshot());
          }
        }
      }
      assertThat(fold.generation()).isEqualTo(STEPS);
      float[] end = Objects.requireNonNull(fold.snapshot().vectors().get(BlockSnapshot.CURRENT));
      expected = expected == null ? end : expected;
      assertThat(bits(end)).as("seed %d", seed).isEqualTo(bits(expected));
    }
  }

  /** Sums of the declared groups are rounded, those of fewer shards and of more are not. */
  @ParameterizedTest
  @EnumSource(value = SumFormat.class, names = "FP32", mode = EnumSource.Mode.EXCLUDE)
  void theSumIsThatOfRoundedGroups(SumFormat format) {
    float[] expected = new float[FLOATS];
    for (int half = 0; half < 2; half++) {
      float[] one = leaf(0, 4 * half);
      float[] other = leaf(0, 4 * half + 2);
      add(one, leaf(0, 4 * half + 1));
      add(other, leaf(0, 4 * half + 3));
      add(one, other);
      SumCodec.round(format, one, TRAINED);
      add(expected, one);
    }
    var tree =
        new TreeSum(
            SHARDS,
            new Rounding(format, 4),
            FLOATS,
            TRAINED,
            new FreeVectors(FLOATS, SHARDS),
            new FoldSpace(0));
    for (int shard = 0; shard < SHARDS; shard++) {
      tree.add(new TreeSum.Node(shard, 1, 1, 1, null, new Addend.Vector(leaf(0, shard))));
    }
    float[] sum = new float[FLOATS];
    assertThat(tree.total().samples()).isEqualTo(SHARDS);
    tree.sum(0, FLOATS, sum);
    assertThat(bits(sum)).isEqualTo(bits(expected));
  }

  @Test
  void whatTravelsInAnotherFormatThanItHasToIsRejected() {
    var fold = new BlockFold("j", 0, plan(SumFormat.BF16, 2));
    contribute(fold, initial());
    assertThat(rejected(fold, of(0, 0, 4, SumFormat.FP32))).contains("in FP32", "travel in BF16");
    assertThat(rejected(fold, of(0, 0, 4, SumFormat.INT8))).contains("in INT8");
    assertThat(rejected(fold, of(0, 0, 2, SumFormat.BF16))).contains("travel in FP32");
    assertThat(rejected(fold, of(0, 0, 8, SumFormat.BF16))).contains("travel in FP32");
    var whole = of(0, 0, 4, SumFormat.BF16);
    var cut = whole.payload().duplicate().limit(whole.payload().limit() - 2);
    assertThat(rejected(fold, with(whole, cut))).contains("the block has " + (690 * 2 + 10 * 4));
  }

  @Test
  void plansWhoseGroupsAreNoNodesOfTheTreeAreNoPlans() {
    for (int groups : new int[] {0, -1, 3, 16}) {
      var cause = Startable.objection("j", plan(SumFormat.INT8, groups));
      assertThat(Objects.requireNonNull(cause).why()).contains("to be rounded to INT8");
    }
    assertThat(Startable.objection("j", plan(SumFormat.INT8, 8))).isNull();
  }

  /** A finer group finds by adding what a coarser one has found already. */
  @ParameterizedTest
  @CsvSource({"4", "1"})
  void whatGetsBeyondTheRangeOfBf16Diverges(int sent) {
    var fold = new BlockFold("j", 0, plan(SumFormat.BF16, 2));
    contribute(fold, initial());
    float[] large = new float[FLOATS];
    large[5] = sent == 4 ? Float.MAX_VALUE : Float.MAX_VALUE / 4;
    var failures = new ArrayList<String>();
    for (int shard = 0; shard < SHARDS; shard += sent) {
      fold.contribute(
          contribution(0, shard, sent, large, sent == 4 ? SumFormat.BF16 : SumFormat.FP32),
          output -> {
            if (output instanceof FoldOutput.Failure failure) {
              assertThat(failure.report().cause().code()).isEqualTo(Code.DIVERGED);
              failures.add(failure.report().cause().what());
            }
          });
    }
    assertThat(failures).hasSize(1);
  }

  @Test
  void aStepLeavesNoVectorsToBeCollected() {
    var vectors = Collections.newSetFromMap(new IdentityHashMap<float[], Boolean>());
    var fold = new BlockFold("j", 0, plan(SumFormat.INT8, 4));
    contribute(fold, initial());
    for (int step = 0; step < 100; step++) {
      for (int shard = 0; shard < SHARDS; shard += 2) {
        fold.contribute(
            of(step, shard, 2, SumFormat.INT8),
            output -> {
              if (output instanceof FoldOutput.Generation generation) {
                vectors.add(generation.values());
              }
            });
      }
    }
    assertThat(fold.generation()).isEqualTo(100);
    assertThat(vectors).hasSizeLessThanOrEqualTo(8);
  }

  // ---- what workers send

  private static List<Contribution> contributions(
      Random random, long step, SumFormat format, int groups) {
    var contributions = new ArrayList<Contribution>();
    cover(random, step, 0, SHARDS, format, groups, contributions);
    cover(random, step, 0, SHARDS, format, groups, contributions);
    Collections.shuffle(contributions, random);
    return contributions;
  }

  private static void cover(
      Random random,
      long step,
      int from,
      int count,
      SumFormat format,
      int groups,
      List<Contribution> contributions) {
    if (count == 1 || random.nextInt(3) == 0) {
      var rounding = new Rounding(format, SHARDS / groups);
      float[] sum = sum(step, from, count, rounding, false);
      contributions.add(contribution(step, from, count, sum, rounding.formatOf(count)));
    } else {
      cover(random, step, from, count / 2, format, groups, contributions);
      cover(random, step, from + count / 2, count / 2, format, groups, contributions);
    }
  }

  /** A sum that is sent is rounded by being written; one that is in another, before that. */
  private static float[] sum(long step, int from, int count, Rounding rounding, boolean inner) {
    if (count == 1) {
      float[] leaf = leaf(step, from);
      round(leaf, count, rounding, inner);
      return leaf;
    }
    float[] left = sum(step, from, count / 2, rounding, true);
    add(left, sum(step, from + count / 2, count / 2, rounding, true));
    round(left, count, rounding, inner);
    return left;
  }

  private static void round(float[] sum, int count, Rounding rounding, boolean inner) {
    if (inner && rounding.rounds(count)) {
      SumCodec.round(rounding.format(), sum, TRAINED);
    }
  }

  private static void add(float[] left, float[] right) {
    for (int i = 0; i < left.length; i++) {
      left[i] += right[i];
    }
  }

  private static float[] leaf(long step, int shard) {
    var random = new Random(step * 1_000 + shard);
    float[] values = new float[FLOATS];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (random.nextGaussian() * Math.pow(10, random.nextInt(5) - 3));
    }
    return values;
  }

  private static Contribution initial() {
    return contribution(-1, 0, 1, leaf(99, 0), SumFormat.FP32);
  }

  private static Contribution of(long step, int from, int count, SumFormat format) {
    return contribution(step, from, count, leaf(step, from), format);
  }

  private static Contribution contribution(
      long step, int from, int count, float[] values, SumFormat format) {
    byte[] room = new byte[SumCodec.bytes(format, TRAINED, FLOATS)];
    SumCodec.encode(format, values, TRAINED, FLOATS, room);
    var payload = ByteBuffer.wrap(room);
    return new Contribution(
        0,
        step,
        from,
        count,
        count,
        1,
        true,
        "engine",
        Vectors.crc32c(payload),
        payload,
        null,
        format);
  }

  private static Contribution with(Contribution c, ByteBuffer payload) {
    return new Contribution(
        c.block(),
        c.step(),
        c.shardFrom(),
        c.shards(),
        c.samples(),
        c.lossSum(),
        c.finite(),
        c.engine(),
        Vectors.crc32c(payload),
        payload,
        c.validation(),
        c.format());
  }

  private static void contribute(BlockFold fold, Contribution contribution) {
    fold.contribute(
        contribution, output -> assertThat(output).isNotInstanceOf(FoldOutput.Rejected.class));
  }

  private static String rejected(BlockFold fold, Contribution contribution) {
    var why = new ArrayList<String>();
    fold.contribute(
        contribution,
        output -> {
          if (output instanceof FoldOutput.Rejected rejected) {
            why.add(rejected.cause().why());
          }
        });
    assertThat(why).hasSize(1);
    return why.getFirst();
  }

  private static FoldStarted plan(SumFormat format, int groups) {
    return new FoldStarted(
        FLOATS,
        TRAINED,
        FLOATS,
        SHARDS,
        new AdamW(0.9, 0.999, 1e-8, 0.01),
        0.1,
        new Constant(),
        0,
        10,
        1_000,
        "engine",
        BlockFold.VERSION,
        null,
        true,
        new SumEncoding(format, groups));
  }

  private static int[] bits(float[] values) {
    int[] bits = new int[values.length];
    Arrays.setAll(bits, i -> Float.floatToRawIntBits(values[i]));
    return bits;
  }
}
