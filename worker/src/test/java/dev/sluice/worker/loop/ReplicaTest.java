package dev.sluice.worker.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sluice.fold.BlockFold;
import dev.sluice.fold.Rounding;
import dev.sluice.jobs.dataset.Rounds;
import dev.sluice.schemas.wire.AdamW;
import dev.sluice.schemas.wire.ClassWeights;
import dev.sluice.schemas.wire.Constant;
import dev.sluice.schemas.wire.DatasetSpec;
import dev.sluice.schemas.wire.FoldStarted;
import dev.sluice.schemas.wire.LayerStack;
import dev.sluice.schemas.wire.Linear;
import dev.sluice.schemas.wire.Objective;
import dev.sluice.schemas.wire.Optimizer;
import dev.sluice.schemas.wire.Rows;
import dev.sluice.schemas.wire.Scaling;
import dev.sluice.schemas.wire.Sgd;
import dev.sluice.schemas.wire.Steps;
import dev.sluice.schemas.wire.SumEncoding;
import dev.sluice.schemas.wire.Target;
import dev.sluice.schemas.wire.TrainingSpec;
import dev.sluice.worker.compute.GroupSum;
import dev.sluice.worker.compute.ShardSum;
import dev.sluice.worker.engine.EngineException;
import dev.sluice.worker.training.BlockSums;
import dev.sluice.worker.training.Blocks;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Each value is drawn towards a target that depends on step and shard, by its distance. */
class ReplicaTest {

  private static final int VALUES = 3;
  private static final double RATE = 0.1;
  private static final Rounds ROUNDS = new Rounds(5, 20, 3);

  private final Arena arena = Arena.ofAuto();
  private final List<Long> steps = new ArrayList<>();

  @Test
  void plainSgdByHand() throws EngineException {
    var sum = run(new Sgd(0, false, 0), 1, 0);
    assertThat(steps).containsExactly(3L, 4L); // the second round of an epoch of five steps
    assertThat(sum.samples()).isEqualTo(2 + 2);
    assertThat(sum.lossSum()).isEqualTo(2);
    double[] values = start();
    for (long step = 3; step < 5; step++) {
      for (int i = 0; i < VALUES; i++) {
        values[i] -= rate(step) * (values[i] - target(step, 0));
      }
    }
    expectWay(sum, values);
  }

  @Test
  void adamwByHandWhoseMomentsBeginAnewWithTheRound() throws EngineException {
    var adam = new AdamW(0.8, 0.95, 1e-8, 0.03);
    double[] values = start();
    double[] first = new double[VALUES];
    double[] second = new double[VALUES];
    for (long step = 5; step < 8; step++) {
      double power = step - 5 + 1;
      for (int i = 0; i < VALUES; i++) {
        double gradient = values[i] - target(step, 1);
        first[i] = 0.8 * first[i] + 0.2 * gradient;
        second[i] = 0.95 * second[i] + 0.05 * gradient * gradient;
        double mean = first[i] / (1 - Math.pow(0.8, power));
        double root = Math.sqrt(second[i] / (1 - Math.pow(0.95, power))) + 1e-8;
        values[i] = values[i] * (1 - rate(step) * 0.03) - rate(step) * mean / root;
      }
    }
    expectWay(run(adam, 2, 1), values);
  }

  /** Of a mean gradient of any length, by the arithmetic of PyTorch's clip_grad_norm_. */
  @Test
  void eachOfItsStepsIsClipped() throws EngineException {
    var replica = new Replica(spec(new Sgd(0.9, false, 0), 0.7), ROUNDS, VALUES, arena);
    var sum = replica.run(segment(start()), 0, 1, this::gradient, room());
    double[] values = start();
    double[] velocity = new double[VALUES];
    var scales = new ArrayList<Double>();
    for (long step = 0; step < 3; step++) {
      double square = 0;
      for (double value : values) {
        square += Math.pow(value - target(step, 1), 2);
      }
      double scale = Math.min(1, 0.7 / (Math.sqrt(square) + 1e-6));
      scales.add(scale);
      for (int i = 0; i < VALUES; i++) {
        velocity[i] = 0.9 * velocity[i] + scale * (values[i] - target(step, 1));
        values[i] -= rate(step) * velocity[i];
      }
    }
    assertThat(scales).allMatch(scale -> scale < 1);
    expectWay(sum, values);
  }

  /** Whoever takes a shard over comes to the same bits, whatever it has computed before. */
  @Test
  void aRoundIsAFunctionOfItsParametersAndRows() throws EngineException {
    var optimizer = new AdamW(0.9, 0.999, 1e-8, 0.01);
    var one = new Replica(spec(optimizer), ROUNDS, VALUES, arena);
    var other = new Replica(spec(optimizer), ROUNDS, VALUES, arena);
    other.run(segment(start()), 0, 3, this::gradient, room());
    other.run(segment(start()), 1, 0, this::gradient, room());
    var expected = one.run(segment(start()), 2, 1, this::gradient, room());
    var found = other.run(segment(start()), 2, 1, this::gradient, room());
    assertThat(bits(found)).isEqualTo(bits(expected));
  }

  /** Two replicas, one of which has three times the samples of the other. */
  @Test
  void theFoldComesToTheMeanOfReplicasByTheirSamples() throws EngineException {
    var spec = spec(new Sgd(0, false, 0));
    var plan =
        new FoldStarted(
            VALUES,
            VALUES,
            VALUES,
            2,
            new Sgd(0, false, 0),
            1,
            new Constant(),
            0,
            10,
            10,
            "engine",
            BlockFold.VERSION,
            null,
            false);
    var fold = new BlockFold("j", 0, plan);
    var sums = new BlockSums(new Blocks(VALUES, VALUES), VALUES, Rounding.NONE);
    fold.contribute(group(-1, 0, sum(segment(start()))).block(0, "engine", sums), output -> {});
    double[] mean = new double[VALUES];
    for (int shard = 0; shard < 2; shard++) {
      int more = shard == 0 ? 1 : 3;
      var replica = new Replica(spec, ROUNDS, VALUES, arena);
      var way =
          replica.run(
              segment(start()),
              0,
              shard,
              (flat, step, which, out) -> {
                var two = gradient(flat, step, which, out);
                for (int i = 0; i < VALUES; i++) {
                  float value = out.getAtIndex(ValueLayout.JAVA_FLOAT, i);
                  out.setAtIndex(ValueLayout.JAVA_FLOAT, i, more * value);
                }
                return new ShardSum(out, more * two.samples(), 1, true, null);
              },
              room());
      for (int i = 0; i < VALUES; i++) {
        double end =
            start()[i] - way.values().getAtIndex(ValueLayout.JAVA_FLOAT, i) / way.samples();
        mean[i] += end * more / 4;
      }
      fold.contribute(group(0, shard, way).block(0, "engine", sums), output -> {});
    }
    assertThat(fold.generation()).isEqualTo(1);
    float[] found = Objects.requireNonNull(fold.snapshot().vectors().get("current"));
    for (int i = 0; i < VALUES; i++) {
      assertThat((double) found[i]).isCloseTo(mean[i], within(1e-6));
    }
  }

  private static GroupSum group(long step, int shard, ShardSum sum) {
    return new GroupSum(step, shard, 1, sum);
  }

  private static ShardSum sum(MemorySegment values) {
    return new ShardSum(values, 0, 0, true, null);
  }

  @Test
  void aStepWithoutRowsIsNone() throws EngineException {
    var none = new Replica(spec(new Sgd(0.9, false, 0.5)), ROUNDS, VALUES, arena);
    var sum =
        none.run(
            segment(start()),
            0,
            0,
            (flat, step, shard, out) -> new ShardSum(out.fill((byte) 0), 0, 0, true, null),
            room());
    assertThat(sum.samples()).isZero();
    assertThat(sum.finite()).isTrue();
    assertThat(sum.values().toArray(ValueLayout.JAVA_FLOAT)).containsOnly(0);
  }

  @Test
  void aReplicaThatDivergesSaysSo() throws EngineException {
    var replica = new Replica(spec(new Sgd(0, false, 0)), ROUNDS, VALUES, arena);
    var sum =
        replica.run(
            segment(start()),
            0,
            0,
            (flat, step, shard, out) -> {
              out.set(ValueLayout.JAVA_FLOAT, 4, step == 0 ? Float.MAX_VALUE : -1);
              return new ShardSum(out, 1, 1, step != 1, null);
            },
            room());
    assertThat(sum.finite()).isFalse();
  }

  private ShardSum run(Optimizer optimizer, long round, int shard) throws EngineException {
    var replica = new Replica(spec(optimizer), ROUNDS, VALUES, arena);
    return replica.run(segment(start()), round, shard, this::gradient, room());
  }

  /** Of two samples at each step. */
  private ShardSum gradient(MemorySegment flat, long step, int shard, MemorySegment out) {
    steps.add(step);
    for (int i = 0; i < VALUES; i++) {
      float value = flat.getAtIndex(ValueLayout.JAVA_FLOAT, i);
      out.setAtIndex(ValueLayout.JAVA_FLOAT, i, 2 * (value - (float) target(step, shard)));
    }
    return new ShardSum(out, 2, 1, true, null);
  }

  private static void expectWay(ShardSum sum, double[] end) {
    double[] began = start();
    for (int i = 0; i < VALUES; i++) {
      assertThat((double) sum.values().getAtIndex(ValueLayout.JAVA_FLOAT, i))
          .isCloseTo(sum.samples() * (began[i] - end[i]), within(1e-5));
    }
  }

  /** The schedule runs over all steps of the training, whatever rounds there are. */
  private static double rate(long step) {
    return RATE * (1 - step / 20.0);
  }

  private static double target(long step, int shard) {
    return 0.3 * step - shard;
  }

  private static double[] start() {
    return new double[] {1, -0.5, 2};
  }

  private MemorySegment segment(double[] values) {
    var segment = room();
    for (int i = 0; i < values.length; i++) {
      segment.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) values[i]);
    }
    return segment;
  }

  private MemorySegment room() {
    return arena.allocate(VALUES * Float.BYTES, 64);
  }

  private static int[] bits(ShardSum sum) {
    return sum.values().toArray(ValueLayout.JAVA_INT);
  }

  private static TrainingSpec spec(Optimizer optimizer) {
    return spec(optimizer, 0);
  }

  private static TrainingSpec spec(Optimizer optimizer, double clipNorm) {
    var dataset =
        new DatasetSpec(
            "",
            null,
            "y",
            List.of(),
            Target.REGRESSION,
            0,
            null,
            1,
            Rows.ALL,
            Scaling.NONE,
            Scaling.NONE);
    return new TrainingSpec(
        dataset,
        new LayerStack(List.of(), List.of()),
        Objective.MEAN_SQUARED_ERROR,
        optimizer,
        RATE,
        new Linear(0),
        0,
        8,
        4,
        new Steps(20),
        1,
        null,
        ClassWeights.NONE,
        null,
        SumEncoding.NONE,
        null,
        clipNorm);
  }
}
