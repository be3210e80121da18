package dev.sluice.worker.export;

import ai.onnx.proto.OnnxMl.AttributeProto;
import dev.sluice.schemas.wire.Activation;
import dev.sluice.schemas.wire.AvgPool2d;
import dev.sluice.schemas.wire.BatchNorm;
import dev.sluice.schemas.wire.Conv2d;
import dev.sluice.schemas.wire.Dense;
import dev.sluice.schemas.wire.Dropout;
import dev.sluice.schemas.wire.Flatten;
import dev.sluice.schemas.wire.Function;
import dev.sluice.schemas.wire.GlobalAvgPool;
import dev.sluice.schemas.wire.Layer;
import dev.sluice.schemas.wire.LayerNorm;
import dev.sluice.schemas.wire.MaxPool2d;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The layers of a network as ONNX nodes, in any arithmetic. */
final class OnnxLayers {
  private static final int NONE = -1;

  private final OnnxGraph graph;
  private final Tensors tensors;
  private final Arithmetic arithmetic;
  private int ranges;
  private int range = NONE;
  private boolean held;

  /**
   * A layer that is written.
   *
   * @param layer the layer
   * @param index its position in the network, by which its tensors are named
   * @param weights what it multiplies by; null where it does not multiply
   */
  private record Step(Layer layer, int index, @Nullable Weights weights) {

    boolean convolves() {
      return layer instanceof Conv2d;
    }

    boolean rectifies() {
      return layer instanceof Activation(Function function) && function == Function.RELU;
    }
  }

  /**
   * @param graph takes the nodes
   * @param tensors the network's values
   * @param arithmetic in which numbers it multiplies
   */
  OnnxLayers(OnnxGraph graph, Tensors tensors, Arithmetic arithmetic) {
    this.graph = graph;
    this.tensors = tensors;
    this.arithmetic = arithmetic;
  }

  /** Appends layers. */
  void write(List<Layer> layers) {
    List<Step> steps = steps(layers);
    for (int i = 0; i < steps.size(); i++) {
      write(steps.get(i));
      // Engines compute a convolution in whole numbers only where its result is held in them too;
      // one that is rectified has half the range after that.
      boolean rectified = i + 1 < steps.size() && steps.get(i + 1).rectifies();
      boolean rectifiesConvolution =
          i > 0 && steps.get(i).rectifies() && steps.get(i - 1).convolves();
      if (rectifiesConvolution || (steps.get(i).convolves() && !rectified)) {
        activation();
      }
    }
  }

  /**
   * The layers that compute something in inference, with normalisation folded where it is to be.
   */
  private List<Step> steps(List<Layer> layers) {
    List<Step> steps = new ArrayList<>();
    for (int i = 0; i < layers.size(); i++) {
      switch (layers.get(i)) {
        case Dense dense -> steps.add(new Step(dense, i, tensors.weights(i, dense.bias())));
        case Conv2d conv -> steps.add(new Step(conv, i, tensors.weights(i, conv.bias())));
        case Dropout(double rate) -> {
          // The identity in inference.
        }
        case BatchNorm norm -> {
          Step before = steps.isEmpty() ? null : steps.getLast();
          Weights weights = before == null ? null : before.weights();
          if (before != null && weights != null && arithmetic.foldsNormalisation()) {
            steps.removeLast();
            steps.add(new Step(before.layer(), before.index(), normalised(weights, norm, i)));
          } else {
            steps.add(new Step(norm, i, null));
          }
        }
        case MaxPool2d pool -> steps.add(new Step(pool, i, null));
        case AvgPool2d pool -> steps.add(new Step(pool, i, null));
        case GlobalAvgPool pool -> steps.add(new Step(pool, i, null));
        case Flatten flatten -> steps.add(new Step(flatten, i, null));
        case LayerNorm norm -> steps.add(new Step(norm, i, null));
        case Activation activation -> steps.add(new Step(activation, i, null));
      }
    }
    return steps;
  }

  private Weights normalised(Weights weights, BatchNorm norm, int index) {
    return weights.normalised(
        tensors.values(index + ".weight"),
        tensors.values(index + ".bias"),
        tensors.values(index + ".running_mean"),
        tensors.values(index + ".running_var"),
        norm.epsilon());
  }

  private void write(Step step) {
    int before = range;
    List<String> weights = List.of();
    if (step.weights() != null) {
      activation();
      weights = arithmetic.weights(graph, range, step.weights());
    }
    held = false;
    range = NONE;
    switch (step.layer()) {
      case Dense dense -> graph.then("Gemm", weights, List.of(OnnxGraph.attribute("transB", 1)));
      case Conv2d conv ->
          graph.then("Conv", weights, window(conv.kernel(), conv.stride(), conv.padding()));
      case MaxPool2d(int kernel, int stride, int padding) -> {
        graph.then("MaxPool", List.of(), window(kernel, stride, padding));
        range = before;
      }
      case AvgPool2d(int kernel, int stride, int padding) -> {
        List<AttributeProto> attributes = new ArrayList<>(window(kernel, stride, padding));
        attributes.add(OnnxGraph.attribute("count_include_pad", 1));
        graph.then("AveragePool", List.of(), attributes);
      }
      case GlobalAvgPool() -> {
        graph.then("GlobalAveragePool");
        graph.then("Flatten");
      }
      case Flatten() -> {
        graph.then("Flatten");
        range = before;
      }
      case Dropout(double rate) -> throw new IllegalStateException("dropout is left out");
      case BatchNorm norm ->
          graph.then(
              "BatchNormalization",
              List.of(
                  tensor(step.index(), "weight"),
                  tensor(step.index(), "bias"),
                  tensor(step.index(), "running_mean"),
                  tensor(step.index(), "running_var")),
              List.of(OnnxGraph.attribute("epsilon", norm.epsilon())));
      case LayerNorm norm ->
          graph.then(
              "LayerNormalization",
              List.of(tensor(step.index(), "weight"), tensor(step.index(), "bias")),
              List.of(
                  OnnxGraph.attribute("axis", 1), OnnxGraph.attribute("epsilon", norm.epsilon())));
      case Activation(Function function) -> write(function);
    }
  }

  private void write(Function function) {
    switch (function) {
      case RELU -> graph.then("Relu");
      case LEAKY_RELU ->
          graph.then("LeakyRelu", List.of(), List.of(OnnxGraph.attribute("alpha", 0.01)));
      case ELU -> graph.then("Elu");
      case GELU -> graph.then("Gelu");
      case SILU -> {
        String x = graph.last();
        graph.then("Sigmoid");
        graph.then("Mul", List.of(x), List.of());
      }
      case TANH -> graph.then("Tanh");
      case SIGMOID -> graph.then("Sigmoid");
      case SOFTPLUS -> graph.then("Softplus");
    }
  }

  /** The last tensor is to be held in the arithmetic's numbers, if it is not already. */
  private void activation() {
    if (held) {
      return;
    }
    if (range == NONE) {
      range = ranges++;
    }
    arithmetic.activation(graph, range);
    held = true;
  }

  private static List<AttributeProto> window(int kernel, int stride, int padding) {
    int step = stride == 0 ? kernel : stride;
    return List.of(
        OnnxGraph.attribute("kernel_shape", new long[] {kernel, kernel}),
        OnnxGraph.attribute("strides", new long[] {step, step}),
        OnnxGraph.attribute("pads", new long[] {padding, padding, padding, padding}));
  }

  /** Stores a tensor of the flat vector under its own name. */
  private String tensor(int index, String suffix) {
    String name = index + "." + suffix;
    return graph.floats(name, tensors.shape(name), tensors.values(name));
  }
}
