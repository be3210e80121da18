package dev.sluice.fold;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sluice.schemas.codec.Vectors;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.Constant;
import dev.sluice.schemas.wire.Contribution;
import dev.sluice.schemas.wire.FoldStarted;
import dev.sluice.schemas.wire.Sgd;
import dev.sluice.schemas.wire.SumEncoding;
import java.util.ArrayList;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Clipping, by the arithmetic of PyTorch's {@code clip_grad_norm_}. */
class GradientNormTest {

  private static final int SHARDS = 4;
  private static final int FLOATS = VectorPieces.UPDATED + 713;
  private static final int TRAINED = FLOATS - 10;
  private static final int SAMPLES = 8;

  @Test
  void theScaleIsThatOfPyTorch() {
    float[] sum = {6, -8, 0, 24, 1_000}; // means 3, -4, 0, 12; the last is not trained
    assertThat(GradientNorm.scale(1, sum, 4, 2)).isEqualTo((float) (1 / (13 + 1e-6)));
    assertThat(GradientNorm.scale(6.5, sum, 4, 2)).isEqualTo((float) (6.5 / (13 + 1e-6)));
    assertThat(GradientNorm.scale(13.1, sum, 4, 2)).isEqualTo(1);
    assertThat(GradientNorm.scale(1, new float[4], 4, 2)).isEqualTo(1);
    assertThat(GradientNorm.scale(0, sum, 4, 2)).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({"0.5", "1e-3", "1e6"})
  void aStepIsThatOfTheScaledMean(double norm) {
    var random = new Random(5);
    float[][] shards = new float[SHARDS][FLOATS];
    double[] mean = new double[FLOATS];
    for (int i = 0; i < FLOATS; i++) {
      for (float[] shard : shards) {
        shard[i] = (float) random.nextGaussian();
        mean[i] += shard[i] / SAMPLES;
      }
    }
    double square = 0;
    for (int i = 0; i < TRAINED; i++) {
      square += mean[i] * mean[i];
    }
    double scale = Math.min(1, norm / (Math.sqrt(square) + 1e-6));

    var fold = new BlockFold("j", 0, plan(norm, FLOATS));
    fold.contribute(contribution(-1, 0, new float[FLOATS]), output -> {});
    for (int shard = 0; shard < SHARDS; shard++) {
      fold.contribute(contribution(0, shard, shards[shard]), output -> {});
    }
    float[] found = Objects.requireNonNull(fold.snapshot().vectors().get(BlockSnapshot.CURRENT));
    for (int i = 0; i < FLOATS; i++) {
      double expected = i < TRAINED ? -mean[i] * scale : mean[i]; // statistics have no gradient
      assertThat((double) found[i]).isCloseTo(expected, within(2e-6 * Math.max(1, scale)));
    }
  }

  @Test
  void aGradientThatIsInfiniteIsNotClippedToOneThatIsNot() {
    var fold = new BlockFold("j", 0, plan(1, FLOATS));
    fold.contribute(contribution(-1, 0, new float[FLOATS]), output -> {});
    float[] large = new float[FLOATS];
    large[3] = Float.MAX_VALUE;
    var failures = new ArrayList<Code>();
    for (int shard = 0; shard < SHARDS; shard++) {
      fold.contribute(
          contribution(0, shard, large),
          output -> {
            if (output instanceof FoldOutput.Failure failure) {
              failures.add(failure.report().cause().code());
            }
          });
    }
    assertThat(failures).containsExactly(Code.DIVERGED);
  }

  @Test
  void plansThatClipWhatIsInSeveralBlocksAreNoPlans() {
    assertThat(Startable.objection("j", plan(1, FLOATS))).isNull();
    for (double norm : new double[] {-1, Double.NaN, Double.POSITIVE_INFINITY}) {
      var cause = Startable.objection("j", plan(norm, FLOATS));
      assertThat(Objects.requireNonNull(cause).why()).contains("clipped at a length of " + norm);
    }
    var cause = Startable.objection("j", plan(1, FLOATS - 1));
    assertThat(Objects.requireNonNull(cause).why()).contains("in blocks of " + (FLOATS - 1));
    assertThat(Startable.objection("j", plan(0, FLOATS - 1))).isNull();
  }

  private static Contribution contribution(long step, int shard, float[] values) {
    var payload = Vectors.bytes(values);
    return new Contribution(
        0,
        step,
        shard,
        1,
        SAMPLES / SHARDS,
        1,
        true,
        "engine",
        Vectors.crc32c(payload),
        payload,
        null);
  }

  private static FoldStarted plan(double clipNorm, int blockFloats) {
    return new FoldStarted(
        FLOATS,
        TRAINED,
        blockFloats,
        SHARDS,
        new Sgd(0, false, 0),
        1,
        new Constant(),
        0,
        10,
        1_000,
        "engine",
        BlockFold.VERSION,
        null,
        true,
        SumEncoding.NONE,
        clipNorm);
  }
}
