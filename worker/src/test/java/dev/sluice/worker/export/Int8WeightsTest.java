package dev.sluice.worker.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sluice.worker.engine.Native;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class Int8WeightsTest {

  @Test
  void everyOutputHasItsOwnScaleAndUsesIt() {
    float[] biases = {0.5f, -20};
    Weights weights =
        new Weights(0, List.of(2, 3), new float[] {1, -0.5f, 0.25f, 100, -100, 50}, biases);

    Int8Weights whole = Int8Weights.of(weights, 0.1f);

    assertThat(whole.weight()).containsExactly(127, -64, 32, 127, -127, 64);
    assertThat(whole.scale()[0]).isCloseTo(1 / 127f, within(1e-8f));
    assertThat(whole.scale()[1]).isCloseTo(100 / 127f, within(1e-6f));
    for (int output = 0; output < 2; output++) {
      assertThat(whole.bias()[output] * whole.biasScale()[output])
          .isCloseTo(biases[output], within(whole.biasScale()[output]));
    }
  }

  @Test
  void anOutputOfZerosStaysZero() {
    Int8Weights whole = Int8Weights.of(new Weights(0, List.of(1, 2), new float[2], null), 0.1f);
    assertThat(whole.weight()).containsOnly(0);
    assertThat(whole.scale()).containsExactly(1);
  }

  @Test
  void aBiasThatIsLargeBesideItsWeightsFitsThirtyTwoBits() {
    Int8Weights whole =
        Int8Weights.of(
            new Weights(0, List.of(1, 2), new float[] {1e-6f, -1e-6f}, new float[] {1e4f}), 1e-4f);
    assertThat(Math.abs((long) whole.bias()[0])).isLessThanOrEqualTo(1 << 29);
    assertThat(whole.bias()[0] * (double) whole.biasScale()[0]).isCloseTo(1e4, within(0.01));
  }

  @Test
  void noSumOfProductsLeavesThirtyTwoBits() {
    float[] many = new float[200_000];
    Arrays.fill(many, 1);
    Int8Weights whole = Int8Weights.of(new Weights(0, List.of(1, many.length), many, null), 0.1f);
    long sum = 0;
    for (byte weight : whole.weight()) {
      sum += weight * 255L;
    }
    assertThat(sum).isBetween(1L << 28, (long) Integer.MAX_VALUE);
  }

  @Test
  void zeroIsExactInEveryRange() {
    ValueRanges ranges = new ValueRanges(4);
    var answers = Native.floats(-1, 0, 2, 0, 3, 5, 4, 0, 0.5f, 0, 3, 0, 2, 6, 4, 0);
    assertThat(ranges.take(answers, 2)).isEqualTo(2);
    assertThat(ranges.steps(0).scale()).isCloseTo(4 / 255f, within(1e-7f));
    assertThat(ranges.steps(0).zeroPoint()).isEqualTo(64);
    assertThat(ranges.steps(1).zeroPoint()).isZero();
    assertThat(ranges.steps(2).scale()).isCloseTo(4 / 255f, within(1e-7f));
    assertThat(ranges.steps(3).scale()).isEqualTo(1);
  }

  @Test
  void aRowOnWhichSomeValueIsNotFiniteDoesNotWidenTheRange() {
    ValueRanges ranges = new ValueRanges(1);
    float inf = Float.POSITIVE_INFINITY;
    assertThat(ranges.take(Native.floats(0, 1, Float.NaN, 1, -9, inf, 0, 2), 4)).isEqualTo(2);
    assertThat(ranges.steps(0).scale()).isCloseTo(2 / 255f, within(1e-7f));
    assertThat(ranges.steps(0).zeroPoint()).isZero();
  }
}
