package dev.sluice.worker.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import org.junit.jupiter.api.Test;

class GroupGradientTest {

  /** Longer than one inner loop, and not a multiple of it. */
  private static final int FLOATS = 200_003;

  private static MemorySegment random(Arena arena, long seed) {
    var random = new Random(seed);
    var segment = arena.allocate(ValueLayout.JAVA_FLOAT, FLOATS);
    for (int i = 0; i < FLOATS; i++) {
      segment.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) random.nextGaussian());
    }
    return segment;
  }

  @Test
  void addsElementByElementToTheBit() {
    try (var arena = Arena.ofConfined()) {
      var left = random(arena, 1);
      var right = random(arena, 2);
      var expected = new float[FLOATS];
      for (int i = 0; i < FLOATS; i++) {
        expected[i] =
            left.getAtIndex(ValueLayout.JAVA_FLOAT, i)
                + right.getAtIndex(ValueLayout.JAVA_FLOAT, i);
      }
      GroupGradient.addInto(left, right, FLOATS);
      assertThat(left.toArray(ValueLayout.JAVA_FLOAT)).isEqualTo(expected);
    }
  }

  @Test
  void seesOneValueThatIsNotFinite() {
    try (var arena = Arena.ofConfined()) {
      var values = random(arena, 3);
      assertThat(GroupGradient.allFinite(values, FLOATS)).isTrue();
      for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
        for (int at : new int[] {0, 65_535, 65_536, FLOATS - 1}) {
          float good = values.getAtIndex(ValueLayout.JAVA_FLOAT, at);
          values.setAtIndex(ValueLayout.JAVA_FLOAT, at, bad);
          assertThat(GroupGradient.allFinite(values, FLOATS)).isFalse();
          values.setAtIndex(ValueLayout.JAVA_FLOAT, at, good);
        }
      }
    }
  }
}
