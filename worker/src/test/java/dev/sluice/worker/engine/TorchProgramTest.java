package dev.sluice.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.sluice.schemas.wire.Activation;
import dev.sluice.schemas.wire.Affine;
import dev.sluice.schemas.wire.BatchNorm;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.Conv2d;
import dev.sluice.schemas.wire.Dense;
import dev.sluice.schemas.wire.Dropout;
import dev.sluice.schemas.wire.Function;
import dev.sluice.schemas.wire.Layer;
import dev.sluice.schemas.wire.LayerStack;
import dev.sluice.schemas.wire.NetworkFacts;
import dev.sluice.schemas.wire.Objective;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;

/** What a layer stack on libtorch does at its edges. */
class TorchProgramTest {
  private final TrainingEngine engine = new TorchEngine();

  private TrainingProgram open(int inputs, Objective objective, Layer... layers)
      throws EngineException {
    LayerStack stack = new LayerStack(List.of(), List.of(layers));
    return engine.open(stack, List.of(inputs), TrainingLoss.of(objective), null);
  }

  @Test
  void noSamplesGiveAZeroGradient() throws EngineException {
    try (TrainingProgram program =
        open(3, Objective.CROSS_ENTROPY, new Dense(2, true), new BatchNorm(0.1, 1e-5))) {
      MemorySegment flat = Native.floats(Native.shaken(program, 1));
      MemorySegment out = Native.floats(Native.gaussian(1, (int) program.floats()));
      MemorySegment none = Native.floats(0);

      assertThat(program.gradient(flat, none, none, 0, 0, out)).isEqualTo(new GradientSum(0, true));
      assertThat(Native.array(out)).containsOnly(0);
    }
  }

  @Test
  void aSingleSampleIsNormalisedByTheRunningStatisticsAndLeavesThem() throws EngineException {
    try (TrainingProgram program =
        open(2, Objective.MEAN_SQUARED_ERROR, new BatchNorm(0.5, 1e-5), new Dense(1, false))) {
      // weight, bias of the norm, weight of the dense layer, running mean, running variance
      MemorySegment flat = Native.floats(1, 1, 0, 0, 1, 1, 10, 20, 4, 4);
      MemorySegment out = Native.floats(program.floats());

      GradientSum sum = program.gradient(flat, Native.floats(14, 22), Native.floats(0f), 1, 0, out);

      assertThat(sum.lossSum()).isCloseTo(9, within(1e-3));
      assertThat(Native.array(out)).endsWith(10, 20, 4, 4);
    }
  }

  @Test
  void dropoutFollowsItsSeedAndIsOffInInference() throws EngineException {
    int inputs = 1000;
    double rate = 0.25;
    try (TrainingProgram program =
        open(inputs, Objective.MEAN_ABSOLUTE_ERROR, new Dropout(rate), new Dense(1, false))) {
      float[] ones = new float[inputs];
      Arrays.fill(ones, 1);
      MemorySegment flat = Native.floats(ones);
      MemorySegment row = Native.floats(ones);

      float[] first = dropped(program, flat, row, 1);
      assertThat(dropped(program, flat, row, 1)).isEqualTo(first);
      assertThat(dropped(program, flat, row, 2)).isNotEqualTo(first);

      // The slope of |score - label| at a score far below is -1 times each value that was passed.
      int zeroed = 0;
      for (float slope : first) {
        zeroed += slope == 0 ? 1 : 0;
        assertThat(slope == 0 || Math.abs(slope + 1 / (1 - rate)) < 1e-6).isTrue();
      }
      assertThat((double) zeroed / inputs).isCloseTo(rate, within(0.05));
      MemorySegment score = Native.floats(1L);
      program.predict(flat, row, 1, score);
      assertThat(Native.array(score)).containsExactly(inputs);
    }
  }

  private static float[] dropped(
      TrainingProgram program, MemorySegment flat, MemorySegment row, long seed)
      throws EngineException {
    MemorySegment out = Native.floats(program.floats());
    program.gradient(flat, row, Native.floats(1e6f), 1, seed, out);
    return Native.array(out);
  }

  @Test
  void initialValuesAreAFunctionOfTheSeedInPyTorchsRange() throws EngineException {
    try (TrainingProgram program =
        open(
            400,
            Objective.CROSS_ENTROPY,
            new Dense(50, true),
            new BatchNorm(0.1, 1e-5),
            new Dense(2, true))) {
      MemorySegment flat = Native.floats(program.floats());
      program.initialise(5, flat);
      float[] values = Native.array(flat);
      program.initialise(5, flat);
      assertThat(Native.array(flat)).isEqualTo(values);
      program.initialise(6, flat);
      assertThat(Native.array(flat)).isNotEqualTo(values);

      double bound = 1 / Math.sqrt(400);
      double sum = 0;
      double squares = 0;
      for (int i = 0; i < 20_000; i++) {
        assertThat(Math.abs(values[i])).isLessThanOrEqualTo((float) bound);
        sum += values[i];
        squares += values[i] * values[i];
      }
      assertThat(sum / 20_000).isCloseTo(0, within(1e-3));
      assertThat(Math.sqrt(squares / 20_000)).isCloseTo(bound / Math.sqrt(3), within(1e-3));
      assertThat(values[20_050]).as("weight of the norm").isEqualTo(1);
      assertThat(values[20_100]).as("bias of the norm").isEqualTo(0);
      assertThat(values[values.length - 100]).as("running mean").isEqualTo(0);
      assertThat(values[values.length - 1]).as("running variance").isEqualTo(1);
    }
  }

  @Test
  void aGradientThatIsNotFiniteIsReported() throws EngineException {
    try (TrainingProgram program = open(1, Objective.MEAN_SQUARED_ERROR, new Dense(1, false))) {
      MemorySegment out = Native.floats(1L);
      MemorySegment flat = Native.floats(1e30f);
      GradientSum sum = program.gradient(flat, Native.floats(1e30f), Native.floats(0f), 1, 0, out);
      assertThat(sum.finite()).isFalse();
    }
  }

  @Test
  void memoryStaysFlatOverTenThousandSteps() throws EngineException {
    try (TrainingProgram program =
        open(
            8,
            Objective.CROSS_ENTROPY,
            new Dense(16, true),
            new BatchNorm(0.1, 1e-5),
            new Activation(Function.RELU),
            new Dropout(0.1),
            new Dense(3, true))) {
      MemorySegment flat = Native.floats(Native.shaken(program, 1));
      MemorySegment out = Native.floats(program.floats());
      MemorySegment features = Native.floats(Native.gaussian(1, 32));
      MemorySegment labels = Native.longs(0, 1, 2, 1);
      MemorySegment scores = Native.floats(12L);
      for (int step = 0; step < 3_000; step++) {
        program.gradient(flat, features, labels, 4, step, out);
        program.predict(flat, features, 4, scores);
      }
      long objects = Pointer.totalCount();
      long tracked = Pointer.totalBytes();
      long resident = Pointer.physicalBytes();
      for (int step = 0; step < 10_000; step++) {
        program.gradient(flat, features, labels, 4, step, out);
        program.predict(flat, features, 4, scores);
      }
      assertThat(Pointer.totalCount()).isLessThanOrEqualTo(objects);
      assertThat(Pointer.totalBytes()).isLessThanOrEqualTo(tracked);
      // The process as a whole, whose Java heap may grow meanwhile: a few forgotten tensors per
      // step would be more than this.
      assertThat(Pointer.physicalBytes() - resident).isLessThan(256L << 20);
    }
  }

  @Test
  void layersThatDoNotFitAreBadInputWithEveryProblem() {
    assertThatThrownBy(
            () -> open(4, Objective.CROSS_ENTROPY, new Conv2d(3, 3, 1, 0, true), new Dropout(1.5)))
        .isInstanceOfSatisfying(
            EngineException.class,
            refused -> {
              assertThat(refused.reason().code()).isEqualTo(Code.SEVERAL);
              assertThat(refused.reason().where()).isEqualTo("model.layers[0]");
              assertThat(refused.reason().what()).contains("conv2d").contains("rate is 1.5");
            });
  }

  @Test
  void factsOfAnotherNetworkAreRefused() throws EngineException {
    LayerStack stack = new LayerStack(List.of(2), List.of(new Dense(2, true)));
    NetworkFacts facts =
        new NetworkFacts(
            stack,
            List.of(2),
            3,
            Objective.CROSS_ENTROPY,
            List.of("a", "b", "c"),
            List.of(),
            new Affine(List.of(), List.of()),
            new Affine(List.of(), List.of()),
            List.of(),
            6,
            6);
    assertThatThrownBy(() -> engine.open(facts, null))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("differs from its recorded facts");
  }

  @Test
  void memoryThatIsTooSmallIsNotTouched() throws EngineException {
    try (TrainingProgram program = open(3, Objective.CROSS_ENTROPY, new Dense(2, true))) {
      MemorySegment flat = Native.floats(program.floats());
      MemorySegment out = Native.floats(program.floats());
      MemorySegment labels = Native.longs(0, 1);
      assertThatThrownBy(() -> program.gradient(flat, Native.floats(1, 2, 3), labels, 2, 0, out))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("12 bytes and 24 are needed");
      MemorySegment heap = MemorySegment.ofArray(new float[(int) program.floats()]);
      assertThatThrownBy(() -> program.predict(heap, flat, 1, out))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("Java heap");
      MemorySegment wrong = Native.longs(0, 2);
      assertThatThrownBy(
              () -> program.gradient(flat, Native.floats(1, 2, 3, 4, 5, 6), wrong, 2, 0, out))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("class 2 of 2");
      assertThat(out.getAtIndex(ValueLayout.JAVA_FLOAT, 0)).isZero();
    }
  }
}
