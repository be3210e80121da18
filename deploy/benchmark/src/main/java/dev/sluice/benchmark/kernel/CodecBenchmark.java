package dev.sluice.benchmark.kernel;

import dev.sluice.fold.SumCodec;
import dev.sluice.fold.SumReader;
import dev.sluice.schemas.wire.SumFormat;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Reading blocks as they travel, piece by piece; an operation is 100 of them. */
public class CodecBenchmark {
  private static final int BLOCKS = 100;
  private static final int FLOATS = 1 << 18;

  /** What the blocks have in binary32. */
  public static final long BYTES = (long) BLOCKS * FLOATS * Float.BYTES;

  /** Blocks in each format. */
  @State(Scope.Thread)
  public static class Encoded {
    final SumReader reader = new SumReader();
    final float[] piece = new float[SumReader.FLOATS];
    final Map<SumFormat, List<SumReader.Encoded>> blocks = new EnumMap<>(SumFormat.class);

    /** Makes them. */
    public Encoded() {
      var random = new Random(1);
      float[] values = new float[FLOATS];
      for (int i = 0; i < FLOATS; i++) {
        values[i] = random.nextFloat() - 0.5f;
      }
      for (var format : SumFormat.values()) {
        var all = new ArrayList<SumReader.Encoded>();
        blocks.put(format, all);
        for (int block = 0; block < BLOCKS; block++) {
          byte[] room = new byte[SumCodec.bytes(format, FLOATS, FLOATS)];
          SumCodec.encode(format, values, FLOATS, FLOATS, room);
          all.add(SumReader.Encoded.of(room, 0));
        }
      }
    }

    float[] read(SumFormat format) {
      for (var block : blocks.getOrDefault(format, List.of())) {
        for (int from = 0; from < FLOATS; from += SumReader.FLOATS) {
          reader.read(format, block, FLOATS, from, from + SumReader.FLOATS, piece);
        }
      }
      return piece;
    }
  }

  /** As they are: the limit. */
  @Benchmark
  public float[] fp32(Encoded encoded) {
    return encoded.read(SumFormat.FP32);
  }

  /** The upper halves. */
  @Benchmark
  public float[] bf16(Encoded encoded) {
    return encoded.read(SumFormat.BF16);
  }

  /** Bytes, and a scale for each 256. */
  @Benchmark
  public float[] int8(Encoded encoded) {
    return encoded.read(SumFormat.INT8);
  }
}
