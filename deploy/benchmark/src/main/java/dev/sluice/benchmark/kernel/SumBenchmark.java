package dev.sluice.benchmark.kernel;

import dev.sluice.fold.Addend;
import dev.sluice.fold.BlockFold;
import dev.sluice.fold.FoldSpace;
import dev.sluice.fold.SumReader;
import dev.sluice.fold.TreeSum;
import dev.sluice.schemas.codec.Vectors;
import dev.sluice.schemas.wire.Constant;
import dev.sluice.schemas.wire.Contribution;
import dev.sluice.schemas.wire.FoldStarted;
import dev.sluice.schemas.wire.Sgd;
import dev.sluice.schemas.wire.SumFormat;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/**
 * Eight contributions of 100 MiB, in blocks of 1 MiB as they come from the log. An operation is all
 * of them.
 */
public class SumBenchmark {
  static final int SHARDS = 8;
  static final int BLOCKS = 100;
  static final int FLOATS = 1 << 18;

  /** What all contributions together have. */
  public static final long BYTES = (long) SHARDS * BLOCKS * FLOATS * Float.BYTES;

  /** Where the values begin in a record: nowhere in particular. */
  private static final int HEADER_BYTES = 61;

  private static final long ROOM = 2 * BYTES;

  /** The contributions as vectors. */
  @State(Scope.Thread)
  public static class Plain {
    final float[][] shards = new float[SHARDS][BLOCKS * FLOATS];
    final float[] sum = new float[BLOCKS * FLOATS];

    /** Makes them. */
    public Plain() {
      for (int shard = 0; shard < SHARDS; shard++) {
        for (int block = 0; block < BLOCKS; block++) {
          System.arraycopy(values(shard, block), 0, shards[shard], block * FLOATS, FLOATS);
        }
      }
    }
  }

  /** The contributions as they come. */
  @State(Scope.Thread)
  public static class Payloads {
    final ByteBuffer[][] of = new ByteBuffer[SHARDS][BLOCKS];
    final int[][] crcs = new int[SHARDS][BLOCKS];
    final float[][] sums = new float[BLOCKS][FLOATS];
    final FoldSpace space = new FoldSpace(ROOM);

    /** Makes them. */
    public Payloads() {
      for (int shard = 0; shard < SHARDS; shard++) {
        for (int block = 0; block < BLOCKS; block++) {
          var record = ByteBuffer.allocate(HEADER_BYTES + FLOATS * Float.BYTES);
          record.position(HEADER_BYTES).put(Vectors.bytes(values(shard, block)));
          of[shard][block] = record.flip().position(HEADER_BYTES).slice();
          crcs[shard][block] = Vectors.crc32c(of[shard][block]);
        }
      }
    }
  }

  /** The folds of all blocks. */
  @State(Scope.Thread)
  public static class Folds {
    final List<BlockFold> blocks = new ArrayList<>();
    final FoldSpace space = new FoldSpace(ROOM);
    long step;

    /** Begins each with zeros. */
    public Folds() {
      var plan =
          new FoldStarted(
              (long) BLOCKS * FLOATS,
              (long) BLOCKS * FLOATS,
              FLOATS,
              SHARDS,
              new Sgd(0.9, false, 0),
              1e-6,
              new Constant(),
              0,
              1_000,
              1_000_000,
              "engine",
              BlockFold.VERSION,
              null,
              true);
      var zeros = Vectors.bytes(new float[FLOATS]);
      for (int block = 0; block < BLOCKS; block++) {
        var fold = new BlockFold("benchmark", block, plan, space);
        fold.contribute(contribution(block, -1, 0, zeros, Vectors.crc32c(zeros)), _ -> {});
        blocks.add(fold);
      }
    }
  }

  /** The limit: one loop over all eight. */
  @Benchmark
  public float[] plainSum(Plain plain) {
    for (int block = 0; block < BLOCKS; block++) {
      sum(plain.shards, plain.sum, block * FLOATS, (block + 1) * FLOATS);
    }
    return plain.sum;
  }

  private static void sum(float[][] shards, float[] sum, int from, int to) {
    float[] a = shards[0];
    float[] b = shards[1];
    float[] c = shards[2];
    float[] d = shards[3];
    float[] e = shards[4];
    float[] f = shards[5];
    float[] g = shards[6];
    float[] h = shards[7];
    for (int i = from; i < to; i++) {
      sum[i] = ((a[i] + b[i]) + (c[i] + d[i])) + ((e[i] + f[i]) + (g[i] + h[i]));
    }
  }

  /** The same over the tree, from contributions that wait as they came. */
  @Benchmark
  public float[][] treeSum(Payloads payloads) {
    for (int block = 0; block < BLOCKS; block++) {
      var tree = new TreeSum(SHARDS, FLOATS, payloads.space);
      for (int shard = 0; shard < SHARDS; shard++) {
        var payload = payloads.of[shard][block];
        var sum = SumReader.Encoded.of(payload.array(), payload.arrayOffset());
        boolean held = payloads.space.hold(payload.array(), payload.remaining());
        tree.add(
            new TreeSum.Node(shard, 1, 1, 1, null, new Addend.Payload(sum, SumFormat.FP32, held)));
      }
      tree.total();
      tree.sum(0, FLOATS, payloads.sums[block]);
      tree.clear();
    }
    return payloads.sums;
  }

  /** What each contribution's checksum takes. */
  @Benchmark
  public int checksums(Payloads payloads) {
    int all = 0;
    for (var shard : payloads.of) {
      for (var payload : shard) {
        all ^= Vectors.crc32c(payload);
      }
    }
    return all;
  }

  /** A whole step of all blocks, in the order of the log: checksums, sum, SGD with momentum. */
  @Benchmark
  public long fold(Payloads payloads, Folds folds) {
    for (int shard = 0; shard < SHARDS; shard++) {
      for (int block = 0; block < BLOCKS; block++) {
        var contribution =
            contribution(
                block, folds.step, shard, payloads.of[shard][block], payloads.crcs[shard][block]);
        folds.blocks.get(block).contribute(contribution, true, _ -> {});
      }
    }
    folds.step++;
    return folds.blocks.getLast().generation();
  }

  private static Contribution contribution(
      int block, long step, int shard, ByteBuffer payload, int crc) {
    return new Contribution(block, step, shard, 1, 1, 1, true, "engine", crc, payload, null);
  }

  private static float[] values(int shard, int block) {
    var random = new Random((long) shard * BLOCKS + block);
    float[] values = new float[FLOATS];
    for (int i = 0; i < FLOATS; i++) {
      values[i] = random.nextFloat() - 0.5f;
    }
    return values;
  }
}
