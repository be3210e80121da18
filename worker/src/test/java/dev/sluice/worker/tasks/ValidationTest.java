package dev.sluice.worker.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sluice.schemas.wire.Adam;
import dev.sluice.schemas.wire.ClassWeights;
import dev.sluice.schemas.wire.Constant;
import dev.sluice.schemas.wire.DatasetSpec;
import dev.sluice.schemas.wire.Dense;
import dev.sluice.schemas.wire.Epochs;
import dev.sluice.schemas.wire.LayerStack;
import dev.sluice.schemas.wire.Metric;
import dev.sluice.schemas.wire.Objective;
import dev.sluice.schemas.wire.Rows;
import dev.sluice.schemas.wire.Scaling;
import dev.sluice.schemas.wire.Target;
import dev.sluice.schemas.wire.TrainingPrepared;
import dev.sluice.schemas.wire.TrainingSpec;
import dev.sluice.schemas.wire.ValidationMetric;
import dev.sluice.schemas.wire.ValidationSums;
import dev.sluice.worker.engine.TorchEngine;
import dev.sluice.worker.engine.TrainingProgram;
import dev.sluice.worker.work.PrepareWork;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ValidationTest {

  private static final TorchEngine ENGINE = new TorchEngine();
  private static final int SHARDS = 4;

  private final MemoryFiles files = new MemoryFiles();
  private final Datasets datasets = new Datasets(files, 1 << 20);

  @ParameterizedTest
  @EnumSource
  void whatIsLoweredInTrainingIsMeasuredOnHeldOutRows(Objective objective) throws Exception {
    var measured = measure(objective, rows(objective, 600));
    assertThat(measured.sums().rows()).isEqualTo(measured.rows());
    assertThat(measured.sums().lossSum()).isCloseTo(measured.trainingLoss(), within(1e-2));
  }

  @ParameterizedTest
  @EnumSource
  void theScoreIsThatOfTheModel(Objective objective) throws Exception {
    var measured = measure(objective, rows(objective, 600));
    var classes = objective.ofClasses();
    var metric = classes ? ValidationMetric.ACCURACY : ValidationMetric.RMSE;
    assertThat(measured.sums().value(metric))
        .isCloseTo(value(measured.metrics(), classes ? "accuracy" : "rmse"), within(1e-9));
  }

  @Test
  void shardsWithoutRowsAddNothing() throws Exception {
    var measured = measure(Objective.MEAN_SQUARED_ERROR, rows(Objective.HUBER, 8));
    assertThat(measured.rows()).isLessThan(SHARDS);
    assertThat(measured.sums().rows()).isEqualTo(measured.rows());
  }

  private static double value(List<Metric> metrics, String name) {
    return metrics.stream()
        .filter(metric -> metric.name().equals(name))
        .findFirst()
        .orElseThrow()
        .value();
  }

  /** What came out, and what the model's own measurement and PyTorch's loss say of the rows. */
  private record Measured(
      ValidationSums sums, int rows, double trainingLoss, List<Metric> metrics) {}

  private Measured measure(Objective objective, DatasetSpec spec) throws Exception {
    int outputs = objective == Objective.CROSS_ENTROPY ? 2 : 1;
    var work =
        new TrainingSpec(
            spec,
            new LayerStack(List.of(), List.of(new Dense(outputs, true))),
            objective,
            new Adam(0.9, 0.999, 1e-8, 0),
            0.01,
            new Constant(),
            0,
            32,
            SHARDS,
            new Epochs(2),
            9,
            null,
            ClassWeights.NONE,
            null);
    var prepare = new PrepareTask(datasets, files, ENGINE);
    var facts = ((TrainingPrepared) prepare.run(new PrepareWork(work, null))).network();
    var held = datasets.forTraining(spec).holdout();
    try (var arena = Arena.ofConfined();
        var program = ENGINE.open(facts, null);
        var validation = new Validation(facts, program, held, SHARDS);
        var batch = Batch.of(facts)) {
      var flat = arena.allocate(facts.floats() * Float.BYTES, TrainingProgram.ALIGNMENT_BYTES);
      var out = arena.allocate(facts.floats() * Float.BYTES, TrainingProgram.ALIGNMENT_BYTES);
      program.initialise(9, flat);
      var sums = ValidationSums.NOTHING;
      for (int shard = 0; shard < SHARDS; shard++) {
        sums = sums.plus(validation.measure(flat, shard));
      }
      int[] known = IntStream.range(0, held.size()).filter(held::labelKnown).toArray();
      batch.takeScaled(held, known);
      var loss =
          program.gradient(flat, batch.features(), batch.labels(), known.length, 1, out).lossSum();
      return new Measured(
          sums, held.size(), loss, new Evaluation(facts).measure(program, flat, held));
    }
  }

  /** Rows of a plane, one of three held out. */
  private DatasetSpec rows(Objective objective, int count) {
    var random = new Random(5);
    var training = new StringBuilder("a,b,y\n");
    var held = new StringBuilder("a,b,y\n");
    for (int row = 0; row < count; row++) {
      double a = random.nextGaussian() * 3;
      double b = random.nextGaussian();
      double y = 2 * a - b + 5;
      var word = y > 5 ? "up" : "down";
      (row % 3 == 0 ? held : training)
          .append(a)
          .append(',')
          .append(b)
          .append(',')
          .append(objective.ofClasses() ? word : y)
          .append('\n');
    }
    return new DatasetSpec(
        files.put(training.toString().getBytes(StandardCharsets.UTF_8)),
        null,
        "y",
        List.of(),
        objective.ofClasses() ? Target.CLASSIFICATION : Target.REGRESSION,
        0,
        files.put(held.toString().getBytes(StandardCharsets.UTF_8)),
        1,
        Rows.ALL,
        Scaling.STANDARD,
        Scaling.STANDARD);
  }
}
