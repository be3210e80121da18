package dev.sluice.fold;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sluice.schemas.wire.Adam;
import dev.sluice.schemas.wire.AdamW;
import dev.sluice.schemas.wire.Constant;
import dev.sluice.schemas.wire.Cosine;
import dev.sluice.schemas.wire.FoldStarted;
import dev.sluice.schemas.wire.Linear;
import dev.sluice.schemas.wire.Optimizer;
import dev.sluice.schemas.wire.Schedule;
import dev.sluice.schemas.wire.Sgd;
import dev.sluice.schemas.wire.StepDecay;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Each update rule against a scalar one in binary64, written from PyTorch's documentation. */
class UpdateTest {

  private static final int STEPS = 50;
  private static final int SAMPLES = 8;
  private static final double RATE = 0.01;
  private static final double TOLERANCE = 2e-5;

  /** One parameter in binary64. */
  private abstract static class Scalar {
    double first;
    double second;

    abstract double next(double old, double gradient, int step);
  }

  @Test
  void plainSgd() {
    agrees(new Sgd(0, false, 0.1), () -> sgd(0, false, 0.1));
  }

  @Test
  void sgdWithMomentum() {
    agrees(new Sgd(0.9, false, 0.01), () -> sgd(0.9, false, 0.01));
  }

  @Test
  void sgdWithNesterovMomentum() {
    agrees(new Sgd(0.9, true, 0), () -> sgd(0.9, true, 0));
  }

  @Test
  void adamAddsDecayToTheGradient() {
    agrees(new Adam(0.9, 0.999, 1e-8, 0.1), () -> adam(0.9, 0.999, 1e-8, 0.1, 0));
  }

  @Test
  void adamWDecaysTheParameter() {
    agrees(new AdamW(0.8, 0.99, 1e-6, 0.1), () -> adam(0.8, 0.99, 1e-6, 0, 0.1));
  }

  @Test
  void schedulesFollowTheirFormulas() {
    assertThat(rate(new Constant(), 0, 99)).isEqualTo(RATE);
    assertThat(rate(new Cosine(0.2), 0, 50)).isCloseTo(RATE * 0.6, within(1e-12));
    assertThat(rate(new Cosine(0.2), 0, 100)).isCloseTo(RATE * 0.2, within(1e-12));
    assertThat(rate(new Linear(0), 0, 25)).isCloseTo(RATE * 0.75, within(1e-12));
    assertThat(rate(new StepDecay(2, 0.5), 0, 19)).isEqualTo(RATE);
    assertThat(rate(new StepDecay(2, 0.5), 0, 20)).isEqualTo(RATE * 0.5);
    assertThat(rate(new StepDecay(2, 0.5), 0, 45)).isEqualTo(RATE * 0.25);
    assertThat(rate(new Constant(), 10, 0)).isCloseTo(RATE / 10, within(1e-12));
    assertThat(rate(new Constant(), 10, 9)).isCloseTo(RATE, within(1e-12));
    assertThat(rate(new Linear(0), 10, 55)).isCloseTo(RATE * 0.5, within(1e-12));
  }

  private static double rate(Schedule schedule, long warmupSteps, long step) {
    return LearningRate.at(
        new FoldStarted(
            1,
            1,
            1,
            1,
            new Sgd(0, false, 0),
            RATE,
            schedule,
            warmupSteps,
            10,
            100,
            "",
            1,
            null,
            false),
        step);
  }

  private interface Factory {
    Scalar make();
  }

  private static void agrees(Optimizer optimizer, Factory reference) {
    var random = new Random(7);
    int n = 5;
    float[] parameters = new float[n];
    double[] expected = new double[n];
    var scalars = new Scalar[n];
    for (int i = 0; i < n; i++) {
      parameters[i] = (float) random.nextGaussian();
      expected[i] = parameters[i];
      scalars[i] = reference.make();
    }
    float[][] moments = new float[Update.moments(optimizer)][n];
    for (int step = 0; step < STEPS; step++) {
      float[] sum = new float[n];
      float[] next = new float[n];
      for (int i = 0; i < n; i++) {
        sum[i] = (float) random.nextGaussian() * SAMPLES;
        expected[i] = scalars[i].next(expected[i], (double) sum[i] / SAMPLES, step);
      }
      Update.of(optimizer, RATE, step, SAMPLES, 1).apply(sum, parameters, next, moments, 0, n);
      parameters = next;
    }
    for (int i = 0; i < n; i++) {
      assertThat((double) parameters[i]).isCloseTo(expected[i], within(TOLERANCE));
    }
  }

  private static Scalar sgd(double momentum, boolean nesterov, double decay) {
    return new Scalar() {
      @Override
      double next(double old, double gradient, int step) {
        double g = gradient + decay * old;
        first = step == 0 ? g : momentum * first + g;
        double direction = momentum == 0 ? g : nesterov ? g + momentum * first : first;
        return old - RATE * direction;
      }
    };
  }

  private static Scalar adam(
      double beta1, double beta2, double epsilon, double coupled, double decoupled) {
    return new Scalar() {
      @Override
      double next(double old, double gradient, int step) {
        double p = old * (1 - RATE * decoupled);
        double g = gradient + coupled * old;
        first = beta1 * first + (1 - beta1) * g;
        second = beta2 * second + (1 - beta2) * g * g;
        double mean = first / (1 - Math.pow(beta1, step + 1));
        double variance = second / (1 - Math.pow(beta2, step + 1));
        return p - RATE * mean / (Math.sqrt(variance) + epsilon);
      }
    };
  }
}
