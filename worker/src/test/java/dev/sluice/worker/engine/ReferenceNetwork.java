package dev.sluice.worker.engine;

import dev.sluice.jobs.network.LayerShape;
import dev.sluice.jobs.network.NetworkPlan;
import dev.sluice.schemas.wire.Activation;
import dev.sluice.schemas.wire.AvgPool2d;
import dev.sluice.schemas.wire.BatchNorm;
import dev.sluice.schemas.wire.Conv2d;
import dev.sluice.schemas.wire.Dense;
import dev.sluice.schemas.wire.Dropout;
import dev.sluice.schemas.wire.Flatten;
import dev.sluice.schemas.wire.Function;
import dev.sluice.schemas.wire.GlobalAvgPool;
import dev.sluice.schemas.wire.LayerNorm;
import dev.sluice.schemas.wire.MaxPool2d;
import dev.sluice.schemas.wire.Objective;
import dev.sluice.schemas.wire.TensorSpec;

/**
 * Every layer and loss written out from its definition, in double precision and with plain loops:
 * what the engines are measured against.
 */
final class ReferenceNetwork {
  private final NetworkPlan plan;
  private final double[] flat;
  private final double[] newState;

  ReferenceNetwork(NetworkPlan plan, double[] flat) {
    this.plan = plan;
    this.flat = flat;
    this.newState = flat.clone();
  }

  /** The flat vector with the running statistics that the last training pass gave. */
  double[] newState() {
    return newState;
  }

  double[][] forward(double[][] rows, boolean training) {
    double[][] x = rows;
    for (int i = 0; i < plan.layers().size(); i++) {
      x = through(plan.layers().get(i), i, x, training);
    }
    return x;
  }

  /** The sum of the losses in training mode. */
  double loss(Objective objective, double[][] rows, double[] labels) {
    double[][] scores = forward(rows, true);
    double sum = 0;
    for (int i = 0; i < rows.length; i++) {
      sum += loss(objective, scores[i], labels[i]);
    }
    return sum;
  }

  private static double loss(Objective objective, double[] scores, double label) {
    double error = scores[0] - label;
    return switch (objective) {
      case CROSS_ENTROPY -> {
        double total = 0;
        for (double score : scores) {
          total += Math.exp(score);
        }
        yield Math.log(total) - scores[(int) label];
      }
      case BINARY_CROSS_ENTROPY -> Math.log1p(Math.exp(scores[0])) - label * scores[0];
      case MEAN_SQUARED_ERROR -> error * error;
      case MEAN_ABSOLUTE_ERROR -> Math.abs(error);
      case HUBER -> Math.abs(error) <= 1 ? 0.5 * error * error : Math.abs(error) - 0.5;
    };
  }

  private double[][] through(LayerShape shape, int index, double[][] x, boolean training) {
    return switch (shape.layer()) {
      case Dense dense -> each(x, row -> dense(row, dense, index));
      case Conv2d conv -> each(x, row -> conv(row, conv, index, shape));
      case MaxPool2d(int kernel, int stride, int padding) ->
          each(x, row -> pool(row, kernel, stride == 0 ? kernel : stride, padding, true, shape));
      case AvgPool2d(int kernel, int stride, int padding) ->
          each(x, row -> pool(row, kernel, stride == 0 ? kernel : stride, padding, false, shape));
      case GlobalAvgPool() -> each(x, row -> globalMean(row, shape));
      case Flatten() -> x;
      case Dropout(double rate) -> x;
      case BatchNorm norm -> batchNorm(x, norm, index, shape, training && x.length > 1);
      case LayerNorm norm -> each(x, row -> layerNorm(row, norm, index));
      case Activation(Function function) -> each(x, row -> activate(row, function));
    };
  }

  private interface RowFunction {
    double[] of(double[] row);
  }

  private static double[][] each(double[][] x, RowFunction function) {
    double[][] y = new double[x.length][];
    for (int i = 0; i < x.length; i++) {
      y[i] = function.of(x[i]);
    }
    return y;
  }

  private int offset(int layer, String name) {
    for (TensorSpec tensor : plan.tensors()) {
      if (tensor.name().equals(layer + "." + name)) {
        return (int) tensor.offset();
      }
    }
    throw new AssertionError("no tensor " + layer + "." + name);
  }

  private double[] dense(double[] row, Dense dense, int index) {
    double[] y = new double[dense.units()];
    for (int unit = 0; unit < y.length; unit++) {
      y[unit] = dense.bias() ? flat[offset(index, "bias") + unit] : 0;
      for (int i = 0; i < row.length; i++) {
        y[unit] += flat[offset(index, "weight") + unit * row.length + i] * row[i];
      }
    }
    return y;
  }

  private double[] conv(double[] row, Conv2d conv, int index, LayerShape shape) {
    int channels = shape.input().get(0);
    int height = shape.input().get(1);
    int width = shape.input().get(2);
    int outHeight = shape.output().get(1);
    int outWidth = shape.output().get(2);
    int weights = offset(index, "weight");
    double[] y = new double[conv.channels() * outHeight * outWidth];
    for (int at = 0; at < y.length; at++) {
      int out = at / (outHeight * outWidth);
      int top = at / outWidth % outHeight * conv.stride() - conv.padding();
      int left = at % outWidth * conv.stride() - conv.padding();
      y[at] = conv.bias() ? flat[offset(index, "bias") + out] : 0;
      for (int k = 0; k < channels * conv.kernel() * conv.kernel(); k++) {
        int in = k / (conv.kernel() * conv.kernel());
        int i = top + k / conv.kernel() % conv.kernel();
        int j = left + k % conv.kernel();
        if (i >= 0 && i < height && j >= 0 && j < width) {
          y[at] +=
              flat[weights + out * channels * conv.kernel() * conv.kernel() + k]
                  * row[(in * height + i) * width + j];
        }
      }
    }
    return y;
  }

  private static double[] pool(
      double[] row, int kernel, int stride, int padding, boolean max, LayerShape shape) {
    int height = shape.input().get(1);
    int width = shape.input().get(2);
    int outHeight = shape.output().get(1);
    int outWidth = shape.output().get(2);
    double[] y = new double[shape.output().get(0) * outHeight * outWidth];
    for (int at = 0; at < y.length; at++) {
      int channel = at / (outHeight * outWidth);
      int top = at / outWidth % outHeight * stride - padding;
      int left = at % outWidth * stride - padding;
      double best = Double.NEGATIVE_INFINITY;
      double sum = 0;
      for (int i = Math.max(top, 0); i < Math.min(top + kernel, height); i++) {
        for (int j = Math.max(left, 0); j < Math.min(left + kernel, width); j++) {
          double value = row[(channel * height + i) * width + j];
          best = Math.max(best, value);
          sum += value;
        }
      }
      y[at] = max ? best : sum / (kernel * kernel);
    }
    return y;
  }

  private static double[] globalMean(double[] row, LayerShape shape) {
    int channels = shape.input().getFirst();
    int pixels = row.length / channels;
    double[] y = new double[channels];
    for (int i = 0; i < row.length; i++) {
      y[i / pixels] += row[i] / pixels;
    }
    return y;
  }

  private double[][] batchNorm(
      double[][] x, BatchNorm norm, int index, LayerShape shape, boolean ownStatistics) {
    int channels = shape.input().getFirst();
    int pixels = x[0].length / channels;
    double[][] y = new double[x.length][x[0].length];
    for (int channel = 0; channel < channels; channel++) {
      double mean = flat[offset(index, "running_mean") + channel];
      double variance = flat[offset(index, "running_var") + channel];
      if (ownStatistics) {
        double count = (double) x.length * pixels;
        double sum = 0;
        double squares = 0;
        for (double[] row : x) {
          for (int p = 0; p < pixels; p++) {
            sum += row[channel * pixels + p];
          }
        }
        for (double[] row : x) {
          for (int p = 0; p < pixels; p++) {
            squares += Math.pow(row[channel * pixels + p] - sum / count, 2);
          }
        }
        double momentum = norm.momentum();
        newState[offset(index, "running_mean") + channel] =
            (1 - momentum) * mean + momentum * sum / count;
        newState[offset(index, "running_var") + channel] =
            (1 - momentum) * variance + momentum * squares / (count - 1);
        mean = sum / count;
        variance = squares / count;
      }
      double weight = flat[offset(index, "weight") + channel];
      double bias = flat[offset(index, "bias") + channel];
      for (int row = 0; row < x.length; row++) {
        for (int p = channel * pixels; p < (channel + 1) * pixels; p++) {
          y[row][p] = (x[row][p] - mean) / Math.sqrt(variance + norm.epsilon()) * weight + bias;
        }
      }
    }
    return y;
  }

  private double[] layerNorm(double[] row, LayerNorm norm, int index) {
    double mean = 0;
    for (double value : row) {
      mean += value / row.length;
    }
    double variance = 0;
    for (double value : row) {
      variance += (value - mean) * (value - mean) / row.length;
    }
    double[] y = new double[row.length];
    for (int i = 0; i < row.length; i++) {
      double normal = (row[i] - mean) / Math.sqrt(variance + norm.epsilon());
      y[i] = normal * flat[offset(index, "weight") + i] + flat[offset(index, "bias") + i];
    }
    return y;
  }

  private static double[] activate(double[] row, Function function) {
    double[] y = new double[row.length];
    for (int i = 0; i < row.length; i++) {
      double x = row[i];
      y[i] =
          switch (function) {
            case RELU -> Math.max(x, 0);
            case LEAKY_RELU -> x > 0 ? x : 0.01 * x;
            case ELU -> x > 0 ? x : Math.expm1(x);
            case GELU -> x * normal(x);
            case SILU -> x / (1 + Math.exp(-x));
            case TANH -> Math.tanh(x);
            case SIGMOID -> 1 / (1 + Math.exp(-x));
            case SOFTPLUS -> Math.log1p(Math.exp(x));
          };
    }
    return y;
  }

  /** The cumulative normal distribution, by its power series (Marsaglia 2004). */
  private static double normal(double x) {
    double term = x;
    double sum = x;
    for (int k = 3; Math.abs(term) > 1e-17 * Math.abs(sum); k += 2) {
      term *= x * x / k;
      sum += term;
    }
    return 0.5 + sum * Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
  }
}
