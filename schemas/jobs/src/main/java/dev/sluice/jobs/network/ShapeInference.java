package dev.sluice.jobs.network;

import dev.sluice.schemas.wire.Activation;
import dev.sluice.schemas.wire.AvgPool2d;
import dev.sluice.schemas.wire.BatchNorm;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.Conv2d;
import dev.sluice.schemas.wire.Dense;
import dev.sluice.schemas.wire.Dropout;
import dev.sluice.schemas.wire.Flatten;
import dev.sluice.schemas.wire.GlobalAvgPool;
import dev.sluice.schemas.wire.Layer;
import dev.sluice.schemas.wire.LayerNorm;
import dev.sluice.schemas.wire.LayerStack;
import dev.sluice.schemas.wire.MaxPool2d;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One pass over a layer stack. A shape is null once it cannot be known any more; from there on the
 * layers are still checked for what is wrong with themselves, so that one run lists every problem.
 */
final class ShapeInference {
  private final LayerStack stack;
  private final NetworkProblems problems = new NetworkProblems();
  private final TensorList tensors = new TensorList();

  ShapeInference(LayerStack stack) {
    this.stack = stack;
  }

  NetworkResult infer(int featureColumns) {
    @Nullable List<Integer> input = inputShape(featureColumns);
    List<LayerShape> layers = new ArrayList<>();
    @Nullable List<Integer> shape = input;
    if (stack.layers().isEmpty()) {
      problems.add(
          Code.EMPTY,
          "model.layers",
          "the network has no layers",
          "there is nothing to train",
          "add at least one dense layer");
    }
    if (problems.within(
        "model.layers", "number of layers", stack.layers().size(), 0, NetworkShapes.MAX_LAYERS)) {
      for (int i = 0; i < stack.layers().size(); i++) {
        Layer layer = stack.layers().get(i);
        @Nullable List<Integer> output = through(layer, i, shape);
        if (shape != null && output != null) {
          layers.add(new LayerShape(layer, shape, output));
        }
        shape = output;
      }
    }
    checkEnd(shape);
    if (!problems.isEmpty() || input == null || shape == null) {
      return new NetworkResult.DoesNotFit(problems.causes());
    }
    return new NetworkResult.Fits(
        new NetworkPlan(
            input,
            layers,
            tensors.laidOut(),
            tensors.parameters(),
            tensors.floats(),
            shape.getFirst()));
  }

  private @Nullable List<Integer> inputShape(int featureColumns) {
    if (stack.input().isEmpty()) {
      String where = "dataset.features";
      return problems.within(
              where, "number of feature columns", featureColumns, 1, NetworkShapes.MAX_DIMENSION)
          ? List.of(featureColumns)
          : null;
    }
    if (stack.input().size() != 1 && stack.input().size() != 3) {
      problems.add(
          Code.INVALID_VALUE,
          "model.input",
          "the input shape " + stack.input() + " has " + stack.input().size() + " dimensions",
          "a sample is a list of values or an image",
          "set input: [values] or input: [channels, height, width]");
      return null;
    }
    boolean sensible = true;
    long product = 1;
    for (int dimension : stack.input()) {
      sensible &=
          problems.within("model.input", "dimension", dimension, 1, NetworkShapes.MAX_DIMENSION);
      product = sensible ? product * dimension : product;
    }
    if (!sensible) {
      return null;
    }
    if (!bounded(stack.input(), "model.input")) {
      return null;
    }
    if (product != featureColumns) {
      problems.add(
          Code.INPUT_MISMATCH,
          "model.input",
          "the input shape " + stack.input() + " holds " + product + " values",
          "the data set has " + featureColumns + " feature columns",
          stack.input().size() == 1
              ? "set input: [" + featureColumns + "], or leave input out"
              : "give an input shape whose product is " + featureColumns + ", or choose features");
    }
    return stack.input();
  }

  private void checkEnd(@Nullable List<Integer> shape) {
    if (shape != null && shape.size() != 1) {
      problems.add(
          Code.LAYER_MISMATCH,
          "model.layers[" + (stack.layers().size() - 1) + "]",
          "the network ends with an image of shape " + shape,
          "the output must be one list of values per sample",
          "add a flatten or global-avg-pool layer, then a dense layer");
    }
    if (tensors.floats() > NetworkShapes.MAX_FLOATS) {
      problems.add(
          Code.NETWORK_TOO_LARGE,
          "model.layers",
          "the network has " + tensors.floats() + " parameters and state values",
          "at most " + NetworkShapes.MAX_FLOATS + " are supported",
          "use fewer units or channels, or pool images before the first dense layer");
    }
  }

  private @Nullable List<Integer> through(Layer layer, int index, @Nullable List<Integer> shape) {
    String where = "model.layers[" + index + "]";
    @Nullable List<Integer> output =
        switch (layer) {
          case Dense dense -> dense(dense, where, index, shape);
          case Conv2d conv -> conv(conv, where, index, shape);
          case MaxPool2d(int kernel, int stride, int padding) ->
              pool("max-pool2d", kernel, stride, padding, where, shape);
          case AvgPool2d(int kernel, int stride, int padding) ->
              pool("avg-pool2d", kernel, stride, padding, where, shape);
          case GlobalAvgPool() ->
              image("global-avg-pool", where, shape) && shape != null
                  ? List.of(shape.getFirst())
                  : null;
          case Flatten() -> shape == null ? null : flattened(shape, where);
          case Dropout(double rate) -> dropout(rate, where, shape);
          case BatchNorm norm -> batchNorm(norm, where, index, shape);
          case LayerNorm norm -> layerNorm(norm, where, index, shape);
          case Activation activation -> shape;
        };
    return output == null || bounded(output, where) ? output : null;
  }

  private @Nullable List<Integer> dense(
      Dense dense, String where, int index, @Nullable List<Integer> shape) {
    boolean sensible =
        problems.within(where, "units", dense.units(), 1, NetworkShapes.MAX_DIMENSION);
    if (shape != null && shape.size() != 1) {
      problems.add(
          Code.LAYER_MISMATCH,
          where,
          "a dense layer is given an image of shape " + shape,
          "it takes one list of values per sample",
          "put a flatten or global-avg-pool layer before it");
    } else if (shape != null && sensible) {
      tensors.trained(index + ".weight", dense.units(), shape.getFirst());
      if (dense.bias()) {
        tensors.trained(index + ".bias", dense.units());
      }
    }
    return sensible ? List.of(dense.units()) : null;
  }

  private @Nullable List<Integer> conv(
      Conv2d conv, String where, int index, @Nullable List<Integer> shape) {
    boolean channels =
        problems.within(where, "channels", conv.channels(), 1, NetworkShapes.MAX_DIMENSION);
    boolean window = window(conv.kernel(), conv.stride(), 1, conv.padding(), where);
    if (!image("conv2d", where, shape) || shape == null || !channels || !window) {
      return null;
    }
    if (!kernelFits(conv.kernel(), conv.padding(), where, shape)) {
      return null;
    }
    tensors.trained(
        index + ".weight", conv.channels(), shape.getFirst(), conv.kernel(), conv.kernel());
    if (conv.bias()) {
      tensors.trained(index + ".bias", conv.channels());
    }
    return slid(conv.channels(), conv.kernel(), conv.stride(), conv.padding(), shape);
  }

  private @Nullable List<Integer> pool(
      String name,
      int kernel,
      int stride,
      int padding,
      String where,
      @Nullable List<Integer> shape) {
    boolean window = window(kernel, stride, 0, padding, where);
    if (window && padding > kernel / 2) {
      problems.add(
          Code.OUT_OF_RANGE,
          where,
          "padding is " + padding + " with a kernel of " + kernel,
          "a window that lies in the padding has no values; at most half the kernel is allowed",
          "set padding: " + kernel / 2 + " or less");
      return null;
    }
    if (!image(name, where, shape) || shape == null || !window) {
      return null;
    }
    if (!kernelFits(kernel, padding, where, shape)) {
      return null;
    }
    return slid(shape.getFirst(), kernel, stride == 0 ? kernel : stride, padding, shape);
  }

  private boolean window(int kernel, int stride, int leastStride, int padding, String where) {
    int most = NetworkShapes.MAX_DIMENSION;
    boolean kernelFine = problems.within(where, "kernel", kernel, 1, most);
    boolean strideFine = problems.within(where, "stride", stride, leastStride, most);
    boolean paddingFine = problems.within(where, "padding", padding, 0, most);
    return kernelFine && strideFine && paddingFine;
  }

  /** Reports a shape that is known and is no image. */
  private boolean image(String name, String where, @Nullable List<Integer> shape) {
    if (shape != null && shape.size() != 3) {
      problems.add(
          Code.LAYER_MISMATCH,
          where,
          "a " + name + " layer is given a list of " + shape.getFirst() + " values",
          "it takes an image of shape [channels, height, width]",
          "set the model's input: [channels, height, width] and put this layer before any"
              + " flatten or dense layer");
      return false;
    }
    return true;
  }

  private boolean kernelFits(int kernel, int padding, String where, List<Integer> shape) {
    int height = shape.get(1) + 2 * padding;
    int width = shape.get(2) + 2 * padding;
    if (kernel <= height && kernel <= width) {
      return true;
    }
    problems.add(
        Code.LAYER_MISMATCH,
        where,
        "the kernel of " + kernel + " pixels is larger than the image of shape " + shape,
        "with its padding the image is " + height + " by " + width + " pixels",
        "set kernel: " + Math.min(height, width) + " or less, or pool less before this layer");
    return false;
  }

  private static List<Integer> slid(
      int channels, int kernel, int stride, int padding, List<Integer> shape) {
    int height = (shape.get(1) + 2 * padding - kernel) / stride + 1;
    int width = (shape.get(2) + 2 * padding - kernel) / stride + 1;
    return List.of(channels, height, width);
  }

  private @Nullable List<Integer> flattened(List<Integer> shape, String where) {
    long values = values(shape);
    return problems.within(
            where, "number of values", values, 1, NetworkShapes.MAX_VALUES_PER_SAMPLE)
        ? List.of((int) values)
        : null;
  }

  private @Nullable List<Integer> dropout(
      double rate, String where, @Nullable List<Integer> shape) {
    if (!(rate >= 0 && rate < 1)) {
      problems.add(
          Code.OUT_OF_RANGE,
          where,
          "rate is " + rate,
          "it is a probability; at 1 nothing would pass",
          "set rate to 0 or more and less than 1, such as 0.5");
    }
    return shape;
  }

  private @Nullable List<Integer> batchNorm(
      BatchNorm norm, String where, int index, @Nullable List<Integer> shape) {
    if (!(norm.momentum() > 0 && norm.momentum() <= 1)) {
      problems.add(
          Code.OUT_OF_RANGE,
          where,
          "momentum is " + norm.momentum(),
          "it is the weight of a step's statistics in the running ones",
          "set momentum above 0 and at most 1, such as 0.1");
    }
    epsilon(norm.epsilon(), where);
    if (shape != null) {
      int channels = shape.getFirst();
      tensors.trained(index + ".weight", channels);
      tensors.trained(index + ".bias", channels);
      tensors.state(index + ".running_mean", channels);
      tensors.state(index + ".running_var", channels);
    }
    return shape;
  }

  private @Nullable List<Integer> layerNorm(
      LayerNorm norm, String where, int index, @Nullable List<Integer> shape) {
    epsilon(norm.epsilon(), where);
    if (shape != null) {
      tensors.trained(index + ".weight", shape.toArray(Integer[]::new));
      tensors.trained(index + ".bias", shape.toArray(Integer[]::new));
    }
    return shape;
  }

  private void epsilon(double epsilon, String where) {
    if (!(epsilon > 0 && epsilon <= 1)) {
      problems.add(
          Code.OUT_OF_RANGE,
          where,
          "epsilon is " + epsilon,
          "it keeps a division by a small variance finite",
          "set epsilon above 0 and at most 1, such as 1e-5");
    }
  }

  private boolean bounded(List<Integer> shape, String where) {
    return problems.within(
        where, "values per sample", values(shape), 1, NetworkShapes.MAX_VALUES_PER_SAMPLE);
  }

  private static long values(List<Integer> shape) {
    long product = 1;
    for (int dimension : shape) {
      product *= dimension;
    }
    return product;
  }
}
