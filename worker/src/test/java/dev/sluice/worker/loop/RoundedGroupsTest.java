package dev.sluice.worker.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.fold.BlockFold;
import dev.sluice.fold.FoldOutput;
import dev.sluice.fold.Rounding;
import dev.sluice.schemas.wire.Constant;
import dev.sluice.schemas.wire.FoldStarted;
import dev.sluice.schemas.wire.Sgd;
import dev.sluice.schemas.wire.SumEncoding;
import dev.sluice.schemas.wire.SumFormat;
import dev.sluice.worker.compute.GroupSum;
import dev.sluice.worker.compute.ShardSum;
import dev.sluice.worker.training.BlockSums;
import dev.sluice.worker.training.Blocks;
import dev.sluice.worker.training.JobParameters;
import dev.sluice.worker.training.LocalFold;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What groups of any size send of a vector of three blocks, where sums of two shards are rounded:
 * the last block has trained elements and statistics.
 */
class RoundedGroupsTest {

  private static final int SHARDS = 8;
  private static final Blocks BLOCKS = new Blocks(1_000, 384);
  private static final int PARAMETERS = 900;
  private static final String ENGINE = "engine";

  @ParameterizedTest
  @EnumSource(SumFormat.class)
  void everyGroupingGivesTheBitsThatItsOwnFoldComesTo(SumFormat format) {
    var encoding = format == SumFormat.FP32 ? SumEncoding.NONE : new SumEncoding(format, 4);
    int[] expected = null;
    for (int size = 1; size <= SHARDS; size *= 2) {
      int[] bits = folded(encoding, size);
      expected = expected == null ? bits : expected;
      assertThat(bits).as("groups of %d", size).isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @EnumSource(value = SumFormat.class, names = "FP32", mode = EnumSource.Mode.EXCLUDE)
  void onlyAGroupOfTheDeclaredSizeSendsFewerBytes(SumFormat format) {
    var sums = new BlockSums(BLOCKS, PARAMETERS, new Rounding(format, 2));
    int encoded = format == SumFormat.BF16 ? 2 * 384 : 384 + 2 * Float.BYTES;
    for (int size = 1; size <= SHARDS; size *= 2) {
      var contribution = group(sums, 0, size).block(0, ENGINE, sums);
      assertThat(contribution.payload().remaining())
          .isEqualTo(size == 2 ? encoded : 384 * Float.BYTES);
    }
    var initial = new GroupSum(GroupSum.INITIAL_STEP, 0, 2, sum(leaf(1)));
    assertThat(initial.block(2, ENGINE, sums).format()).isEqualTo(SumFormat.FP32);
  }

  private static int[] folded(SumEncoding encoding, int size) {
    var sums = new BlockSums(BLOCKS, PARAMETERS, Rounding.of(encoding, SHARDS));
    try (var parameters = new JobParameters("job", BLOCKS, Arena::ofShared)) {
      var own = new LocalFold(parameters);
      List<BlockFold> folds = new ArrayList<>();
      for (int block = 0; block < BLOCKS.count(); block++) {
        folds.add(new BlockFold("job", block, plan(encoding)));
        own.begin(folds.get(block).snapshot(), 0);
      }
      var initial = new GroupSum(GroupSum.INITIAL_STEP, 0, 1, sum(leaf(-1)));
      give(initial, sums, folds, own);
      for (int from = 0; from < SHARDS; from += size) {
        give(group(sums, from, size), sums, folds, own);
      }
      assertThat(parameters.newest()).isEqualTo(1);
      int[] bits = parameters.acquire().flat().toArray(ValueLayout.JAVA_INT);
      assertThat(bits).isEqualTo(published(folds));
      return bits;
    }
  }

  /** Contributes to step 0. */
  private static void give(GroupSum group, BlockSums sums, List<BlockFold> folds, LocalFold own) {
    for (int block = 0; block < BLOCKS.count(); block++) {
      var contribution = group.block(block, ENGINE, sums);
      folds
          .get(block)
          .contribute(
              contribution,
              output -> assertThat(output).isNotInstanceOf(FoldOutput.Rejected.class));
      own.foldOwn(contribution);
    }
  }

  private static int[] published(List<BlockFold> folds) {
    return folds.stream()
        .flatMapToInt(
            fold -> {
              float[] values = Objects.requireNonNull(fold.snapshot().vectors().get("current"));
              return IntStream.range(0, values.length).map(i -> Float.floatToRawIntBits(values[i]));
            })
        .toArray();
  }

  private static GroupSum group(BlockSums sums, int from, int size) {
    var tree = GroupGradient.tree(sums, size, RoundedGroupsTest::add);
    for (int shard = from; shard < from + size; shard++) {
      tree.add(sum(leaf(shard)));
    }
    return new GroupSum(0, from, size, tree.root());
  }

  private static ShardSum add(ShardSum left, ShardSum right) {
    GroupGradient.addInto(left.values(), right.values(), BLOCKS.floats());
    return left.plus(right, left.values());
  }

  private static ShardSum sum(MemorySegment values) {
    return new ShardSum(values, 1, 1, true, null);
  }

  private static MemorySegment leaf(long seed) {
    var random = new Random(seed);
    float[] values = new float[(int) BLOCKS.floats()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (random.nextGaussian() * Math.pow(10, random.nextInt(5) - 3));
    }
    return MemorySegment.ofArray(values);
  }

  private static FoldStarted plan(SumEncoding encoding) {
    return new FoldStarted(
        BLOCKS.floats(),
        PARAMETERS,
        BLOCKS.blockFloats(),
        SHARDS,
        new Sgd(0.9, true, 0.01),
        0.1,
        new Constant(),
        0,
        10,
        100,
        ENGINE,
        BlockFold.VERSION,
        null,
        false,
        encoding);
  }
}
