package dev.sluice.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sluice.jobs.network.NetworkPlan;
import dev.sluice.schemas.wire.Dense;
import dev.sluice.schemas.wire.LayerStack;
import dev.sluice.schemas.wire.Objective;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The engine's outputs, losses and gradients against the definitions, computed in doubles. */
class TorchGradientTest {
  private static final int SAMPLES = 6;

  /** Errors of 32-bit sums over a few dozen terms of size 1. */
  private static final double TOLERANCE = 2e-4;

  /** Central differences in doubles: rounding and truncation are both near 1e-9. */
  private static final double DIFFERENCE = 1e-5;

  private final TrainingEngine engine = new TorchEngine();

  static Stream<LayerStackCase> networks() {
    return LayerStackCase.all().stream();
  }

  @ParameterizedTest
  @MethodSource("networks")
  void everyLayerHasTheGradientOfItsDefinition(LayerStackCase network) throws EngineException {
    double[] labels = {0, 1, 2, 2, 1, 0};
    check(network.stack(), network.plan(), Objective.CROSS_ENTROPY, labels);
  }

  @ParameterizedTest
  @EnumSource(Objective.class)
  void everyObjectiveHasTheGradientOfItsDefinition(Objective objective) throws EngineException {
    int outputs = objective == Objective.CROSS_ENTROPY ? 3 : 1;
    LayerStackCase network =
        new LayerStackCase(
            "one dense layer", new LayerStack(List.of(4), List.of(new Dense(outputs, true))));
    double[] labels =
        switch (objective) {
          case CROSS_ENTROPY -> new double[] {0, 1, 2, 2, 1, 0};
          case BINARY_CROSS_ENTROPY -> new double[] {0, 1, 1, 0, 1, 0};
          case MEAN_SQUARED_ERROR, MEAN_ABSOLUTE_ERROR, HUBER ->
              new double[] {0.5, -3, 2, 0.125, 9, -0.25};
        };
    check(network.stack(), network.plan(), objective, labels);
  }

  /** A gradient is a sum over samples, so weighing classes is weighing the sums of each class. */
  @ParameterizedTest
  @EnumSource(names = {"CROSS_ENTROPY", "BINARY_CROSS_ENTROPY"})
  void classWeightsMultiplyTheGradientOfEachClassesSamples(Objective objective)
      throws EngineException {
    boolean binary = objective == Objective.BINARY_CROSS_ENTROPY;
    int classes = binary ? 2 : 3;
    var stack = new LayerStack(List.of(4), List.of(new Dense(binary ? 1 : 3, true)));
    var weights = binary ? List.of(0.25, 3.0) : List.of(0.25, 3.0, 1.5);
    try (var plain = engine.open(stack, stack.input(), TrainingLoss.of(objective), null);
        var weighted =
            engine.open(stack, stack.input(), new TrainingLoss(objective, weights), null)) {
      MemorySegment flat = Native.floats(Native.shaken(plain, 11));
      MemorySegment out = Native.floats(plain.floats());
      float[] features = Native.gaussian(7, SAMPLES * 4);
      double[] labels = new double[SAMPLES];
      double[] expected = new double[(int) plain.floats()];
      double expectedLoss = 0;
      for (int i = 0; i < SAMPLES; i++) {
        labels[i] = i % classes;
        float[] row = Arrays.copyOfRange(features, i * 4, (i + 1) * 4);
        var one =
            plain.gradient(
                flat, Native.floats(row), labels(objective, new double[] {labels[i]}), 1, 1, out);
        double weight = weights.get(i % classes);
        expectedLoss += weight * one.lossSum();
        float[] gradient = Native.array(out);
        for (int j = 0; j < expected.length; j++) {
          expected[j] += weight * gradient[j];
        }
      }
      var sum =
          weighted.gradient(
              flat, Native.floats(features), labels(objective, labels), SAMPLES, 1, out);
      assertThat(sum.lossSum()).isCloseTo(expectedLoss, within(TOLERANCE));
      float[] gradient = Native.array(out);
      for (int j = 0; j < expected.length; j++) {
        assertThat((double) gradient[j]).isCloseTo(expected[j], within(TOLERANCE));
      }
    }
  }

  private void check(LayerStack stack, NetworkPlan plan, Objective objective, double[] labels)
      throws EngineException {
    int values = Native.product(stack.input());
    float[] features = Native.gaussian(7, SAMPLES * values);
    double[][] rows = rows(features, values);
    try (TrainingProgram program =
        engine.open(stack, stack.input(), TrainingLoss.of(objective), null)) {
      assertThat(program.tensors()).isEqualTo(plan.tensors());
      float[] parameters = Native.shaken(program, 11);
      MemorySegment flat = Native.floats(parameters);
      MemorySegment out = Native.floats(program.floats());

      GradientSum sum =
          program.gradient(
              flat, Native.floats(features), labels(objective, labels), SAMPLES, 1, out);

      double[] exact = doubles(parameters);
      ReferenceNetwork reference = new ReferenceNetwork(plan, exact);
      assertThat(sum.finite()).isTrue();
      assertThat(sum.lossSum())
          .isCloseTo(reference.loss(objective, rows, labels), within(TOLERANCE));
      float[] gradient = Native.array(out);
      for (int i = 0; i < plan.parameters(); i++) {
        assertThat((double) gradient[i])
            .as("gradient of element %d", i)
            .isCloseTo(slope(plan, exact, i, objective, rows, labels), within(TOLERANCE));
      }
      for (int i = (int) plan.parameters(); i < plan.floats(); i++) {
        assertThat((double) gradient[i])
            .as("%d samples times the new state of element %d", SAMPLES, i)
            .isCloseTo(SAMPLES * reference.newState()[i], within(TOLERANCE));
      }
      assertThat(Native.array(flat)).as("parameters are only read").isEqualTo(parameters);
      checkScores(program, reference, flat, features, rows);
    }
  }

  private static void checkScores(
      TrainingProgram program,
      ReferenceNetwork reference,
      MemorySegment flat,
      float[] features,
      double[][] rows)
      throws EngineException {
    MemorySegment scores = Native.floats((long) SAMPLES * program.outputs());
    program.predict(flat, Native.floats(features), SAMPLES, scores);
    float[] actual = Native.array(scores);
    double[][] expected = reference.forward(rows, false);
    for (int i = 0; i < actual.length; i++) {
      assertThat((double) actual[i])
          .as("score %d", i)
          .isCloseTo(expected[i / program.outputs()][i % program.outputs()], within(TOLERANCE));
    }
  }

  private static double slope(
      NetworkPlan plan,
      double[] flat,
      int element,
      Objective objective,
      double[][] rows,
      double[] labels) {
    double[] up = flat.clone();
    double[] down = flat.clone();
    up[element] += DIFFERENCE;
    down[element] -= DIFFERENCE;
    return (new ReferenceNetwork(plan, up).loss(objective, rows, labels)
            - new ReferenceNetwork(plan, down).loss(objective, rows, labels))
        / (2 * DIFFERENCE);
  }

  private static MemorySegment labels(Objective objective, double[] labels) {
    return switch (objective) {
      case CROSS_ENTROPY, BINARY_CROSS_ENTROPY -> {
        long[] classes = new long[labels.length];
        for (int i = 0; i < classes.length; i++) {
          classes[i] = (long) labels[i];
        }
        yield Native.longs(classes);
      }
      case MEAN_SQUARED_ERROR, MEAN_ABSOLUTE_ERROR, HUBER -> {
        float[] numbers = new float[labels.length];
        for (int i = 0; i < numbers.length; i++) {
          numbers[i] = (float) labels[i];
        }
        yield Native.floats(numbers);
      }
    };
  }

  private static double[][] rows(float[] features, int values) {
    double[][] rows = new double[features.length / values][values];
    for (int i = 0; i < features.length; i++) {
      rows[i / values][i % values] = features[i];
    }
    return rows;
  }

  private static double[] doubles(float[] values) {
    double[] doubles = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      doubles[i] = values[i];
    }
    return doubles;
  }
}
