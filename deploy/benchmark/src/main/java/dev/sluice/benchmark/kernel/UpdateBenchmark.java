package dev.sluice.benchmark.kernel;

import dev.sluice.fold.Update;
import dev.sluice.schemas.wire.AdamW;
import dev.sluice.schemas.wire.Optimizer;
import dev.sluice.schemas.wire.Sgd;
import java.util.Arrays;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Steps of optimizers over vectors of 100 MiB; an operation is one. */
public class UpdateBenchmark {
  /** Elements of a vector. */
  public static final int FLOATS = SumBenchmark.BLOCKS * SumBenchmark.FLOATS;

  /** The vectors. */
  @State(Scope.Thread)
  public static class Vectors {
    final float[] gradient = new float[FLOATS];
    final float[] values = new float[FLOATS];
    final float[][] moments = new float[2][FLOATS];
    long step;

    /** Makes them. */
    public Vectors() {
      Arrays.fill(gradient, 0.25f);
    }
  }

  /** SGD with momentum. */
  @Benchmark
  public float[] sgd(Vectors vectors) {
    return step(new Sgd(0.9, false, 1e-4), vectors);
  }

  /** AdamW. */
  @Benchmark
  public float[] adamW(Vectors vectors) {
    return step(new AdamW(0.9, 0.999, 1e-8, 0.01), vectors);
  }

  private static float[] step(Optimizer optimizer, Vectors vectors) {
    Update.of(optimizer, 1e-6, vectors.step++, 64, 1)
        .apply(vectors.gradient, vectors.values, vectors.values, vectors.moments, 0, FLOATS);
    return vectors.values;
  }

  /** The limit of SGD: the same vectors read and written, with an addition for each. */
  @Benchmark
  public float[] plainOneMoment(Vectors vectors) {
    float[] first = vectors.moments[0];
    for (int i = 0; i < FLOATS; i++) {
      first[i] += vectors.gradient[i];
      vectors.values[i] += first[i];
    }
    return vectors.values;
  }

  /** The limit of AdamW. */
  @Benchmark
  public float[] plainTwoMoments(Vectors vectors) {
    float[] first = vectors.moments[0];
    float[] second = vectors.moments[1];
    for (int i = 0; i < FLOATS; i++) {
      first[i] += vectors.gradient[i];
      second[i] += first[i];
      vectors.values[i] += second[i];
    }
    return vectors.values;
  }
}
