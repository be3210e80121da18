package dev.sluice.fold;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.sluice.schemas.codec.Vectors;
import dev.sluice.schemas.wire.Adam;
import dev.sluice.schemas.wire.AdamW;
import dev.sluice.schemas.wire.Constant;
import dev.sluice.schemas.wire.Contribution;
import dev.sluice.schemas.wire.FoldStarted;
import dev.sluice.schemas.wire.Optimizer;
import dev.sluice.schemas.wire.Sgd;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A step of a block that goes piece by piece, against one that goes vector by vector. */
class FusedStepTest {

  private static final int SHARDS = 8;
  private static final int STEPS = 4;

  /** Whole pieces of both kinds, and some elements more. */
  private static final int FLOATS = 2 * VectorPieces.UPDATED + VectorPieces.FLOATS + 77;

  private static final int TRAINED = FLOATS - 700;
  private static final long ROOM = 1 << 24;

  static List<Optimizer> optimizers() {
    return List.of(
        new Sgd(0, false, 0.01),
        new Sgd(0.9, false, 0),
        new Sgd(0.9, true, 0.01),
        new Adam(0.9, 0.999, 1e-8, 0.01),
        new AdamW(0.9, 0.999, 1e-8, 0.01));
  }

  @ParameterizedTest
  @MethodSource("optimizers")
  void theBitsAreThoseOfWholeVectors(Optimizer optimizer) {
    float[] old = leaf(-1, 0);
    float[][] moments = new float[Update.moments(optimizer)][TRAINED];
    var space = new FoldSpace(ROOM);
    var waiting = new BlockFold("j", 0, plan(optimizer, FLOATS, TRAINED), space);
    var copying = new BlockFold("j", 0, plan(optimizer, FLOATS, TRAINED));
    for (var fold : List.of(waiting, copying)) {
      fold.contribute(contribution(-1, 0, old), output -> {});
    }

    for (int step = 0; step < STEPS; step++) {
      float[] sum = sum(step, 0, SHARDS);
      float[] next = new float[FLOATS];
      Update.of(optimizer, 0.1, step, SHARDS, 1).apply(sum, old, next, moments, 0, TRAINED);
      for (int i = TRAINED; i < FLOATS; i++) {
        next[i] = sum[i] / SHARDS;
      }
      old = next;

      for (int shard : shuffled(step)) {
        waiting.contribute(contribution(step, shard, leaf(step, shard)), true, output -> {});
        var reused = contribution(step, shard, leaf(step, shard));
        copying.contribute(reused, output -> {});
        Arrays.fill(reused.payload().array(), (byte) 0x55);
      }
      assertThat(bits(current(waiting))).isEqualTo(bits(old));
      assertThat(bits(current(copying))).isEqualTo(bits(old));
    }
  }

  @Test
  void whatWaitsIsCountedUntilItIsAdded() {
    var space = new FoldSpace(ROOM);
    var fold = new BlockFold("j", 0, plan(new Sgd(0, false, 0), FLOATS, TRAINED), space);
    fold.contribute(contribution(-1, 0, leaf(-1, 0)), true, output -> {});
    assertThat(space.bytes()).isZero();
    for (int shard = 0; shard < SHARDS - 1; shard++) {
      fold.contribute(contribution(0, shard, leaf(0, shard)), true, output -> {});
      fold.contribute(contribution(0, shard, leaf(0, shard)), true, output -> {});
    }
    assertThat(space.bytes()).isEqualTo((SHARDS - 1L) * FLOATS * Float.BYTES);
    assertThat(fold.snapshot().head().pending()).hasSize(3);
    assertThat(space.bytes()).isZero();
    fold.contribute(contribution(0, 7, leaf(0, 7)), true, output -> {});
    assertThat(fold.generation()).isEqualTo(1);
    fold.contribute(contribution(1, 0, leaf(1, 0)), true, output -> {});
    assertThat(space.bytes()).isEqualTo((long) FLOATS * Float.BYTES);
    fold.end();
    assertThat(space.bytes()).isZero();
  }

  @Test
  void whereManyWaitInOneArrayItCountsOnce() {
    var space = new FoldSpace(1_000);
    var array = new byte[900];
    assertThat(space.hold(array, 100)).isTrue();
    assertThat(space.hold(array, 100)).isTrue();
    assertThat(space.hold(new byte[101], 101)).isFalse();
    assertThat(space.bytes()).isEqualTo(900);
    space.release(array);
    assertThat(space.bytes()).isEqualTo(900);
    space.release(array);
    assertThat(space.bytes()).isZero();
    assertThat(space.hold(array, 14)).as("too little to keep all of it alive").isFalse();
  }

  /** A vector has 256 KiB here; a step makes eight contributions into one generation. */
  @ParameterizedTest
  @ValueSource(longs = {ROOM, 0})
  void aStepAllocatesNothingAsLargeAsAPiece(long room) {
    int floats = 1 << 16;
    var fold =
        new BlockFold(
            "j", 0, plan(new AdamW(0.9, 0.999, 1e-8, 0.01), floats, floats), new FoldSpace(room));
    fold.contribute(contribution(-1, 0, new float[floats]), true, output -> {});
    float[] values = new float[floats];
    Arrays.fill(values, 0.5f);
    var payload = Vectors.bytes(values);
    int crc = Vectors.crc32c(payload);
    var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = 0;
    int warm = 100;
    int steps = 200;
    for (int step = 0; step < warm + steps; step++) {
      before = step == warm ? threads.getCurrentThreadAllocatedBytes() : before;
      for (int shard = 0; shard < SHARDS; shard++) {
        fold.contribute(contribution(step, shard, payload, crc), true, output -> {});
      }
    }
    long perStep = (threads.getCurrentThreadAllocatedBytes() - before) / steps;
    assertThat(fold.generation()).isEqualTo(warm + steps);
    assertThat(perStep).isLessThan(VectorPieces.UPDATED * Float.BYTES);
  }

  // ---- what workers send

  private static List<Integer> shuffled(long step) {
    var shards = IntStream.range(0, SHARDS).boxed().collect(Collectors.toList());
    Collections.shuffle(shards, new Random(step));
    return shards;
  }

  private static float[] sum(long step, int from, int count) {
    if (count == 1) {
      return leaf(step, from);
    }
    float[] left = sum(step, from, count / 2);
    float[] right = sum(step, from + count / 2, count / 2);
    for (int i = 0; i < left.length; i++) {
      left[i] += right[i];
    }
    return left;
  }

  private static float[] leaf(long step, int shard) {
    var random = new Random(step * 1_000 + shard);
    float[] values = new float[FLOATS];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (random.nextGaussian() * Math.pow(10, random.nextInt(5) - 3));
    }
    return values;
  }

  private static Contribution contribution(long step, int shard, float[] values) {
    var payload = Vectors.bytes(values);
    return contribution(step, shard, payload, Vectors.crc32c(payload));
  }

  private static Contribution contribution(long step, int shard, ByteBuffer payload, int crc) {
    return new Contribution(0, step, shard, 1, 1, 1, true, "engine", crc, payload, null);
  }

  private static float[] current(BlockFold fold) {
    return Objects.requireNonNull(fold.snapshot().vectors().get(BlockSnapshot.CURRENT));
  }

  private static FoldStarted plan(Optimizer optimizer, int floats, int trained) {
    return new FoldStarted(
        floats,
        trained,
        floats,
        SHARDS,
        optimizer,
        0.1,
        new Constant(),
        0,
        10,
        1_000,
        "engine",
        BlockFold.VERSION,
        null,
        true);
  }

  private static int[] bits(float[] values) {
    int[] bits = new int[values.length];
    Arrays.setAll(bits, i -> Float.floatToRawIntBits(values[i]));
    return bits;
  }
}
