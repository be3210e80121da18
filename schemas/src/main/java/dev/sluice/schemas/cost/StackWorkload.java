package dev.sluice.schemas.cost;

import dev.sluice.schemas.network.LayerShape;
import dev.sluice.schemas.network.NetworkPlan;
import dev.sluice.schemas.network.NetworkResult;
import dev.sluice.schemas.network.NetworkShapes;
import dev.sluice.schemas.wire.Activation;
import dev.sluice.schemas.wire.AvgPool2d;
import dev.sluice.schemas.wire.BatchNorm;
import dev.sluice.schemas.wire.Conv2d;
import dev.sluice.schemas.wire.Dense;
import dev.sluice.schemas.wire.Dropout;
import dev.sluice.schemas.wire.Flatten;
import dev.sluice.schemas.wire.GlobalAvgPool;
import dev.sluice.schemas.wire.LayerNorm;
import dev.sluice.schemas.wire.LayerStack;
import dev.sluice.schemas.wire.MaxPool2d;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What a layer stack asks of a device: sums over its layers.
 *
 * <p>Dense and convolution layers alone count as arithmetic. Activation functions and batch
 * normalisation join the layer before them, as runtimes do it, and dropout and flattening move
 * nothing, so that none of these counts as a layer that reads and writes.
 */
final class StackWorkload {

  private static final int BYTES_PER_INPUT = 4;

  private static final double EFFICIENCY_CNN =
      Math.sqrt(
          Factors.builtIn().value("eta.resnet50") * Factors.builtIn().value("eta.ssd-resnet34"));
  private static final double EFFICIENCY_DENSE = Factors.builtIn().value("eta.bert-large");
  private static final double LAYER_SECONDS = Factors.builtIn().value("tau_layer");

  private StackWorkload() {}

  static Workload of(LayerStack stack, List<Integer> input) {
    long values = 1;
    for (int dimension : input) {
      values = Math.min(values * Math.max(dimension, 0), NetworkShapes.MAX_VALUES_PER_SAMPLE);
    }
    return switch (NetworkShapes.infer(stack, (int) values)) {
      case NetworkResult.Fits(var plan) -> of(plan, values);
      case NetworkResult.DoesNotFit(var causes) ->
          new Workload.Unknown(
              "the network",
              "The layers do not fit an input of shape "
                  + input
                  + ": "
                  + causes.stream()
                      .map(cause -> cause.where() + ": " + cause.what())
                      .collect(Collectors.joining("; "))
                  + ".");
    };
  }

  private static Workload of(NetworkPlan plan, long inputs) {
    double multiplyAdds = 0;
    double activations = 0;
    double largest = 0;
    int layers = 0;
    boolean convolutions = false;
    for (var layer : plan.layers()) {
      double elements = elements(layer.input()) + elements(layer.output());
      largest = Math.max(largest, elements);
      if (moves(layer)) {
        layers++;
        activations += elements;
        multiplyAdds += multiplyAdds(layer);
        convolutions |= layer.layer() instanceof Conv2d;
      }
    }
    double flops = 2 * multiplyAdds;
    return new Workload.Network(
        "the network",
        convolutions ? Workload.Kind.CNN : Workload.Kind.DENSE,
        plan.parameters(),
        flops,
        flops,
        Math.max(activations, largest),
        largest,
        Math.max(layers, 1),
        (double) inputs * BYTES_PER_INPUT,
        convolutions ? EFFICIENCY_CNN : EFFICIENCY_DENSE,
        Math.max(layers, 1) * LAYER_SECONDS,
        false,
        false);
  }

  private static boolean moves(LayerShape layer) {
    return switch (layer.layer()) {
      case Dense dense -> true;
      case Conv2d conv -> true;
      case MaxPool2d pool -> true;
      case AvgPool2d pool -> true;
      case GlobalAvgPool pool -> true;
      case LayerNorm norm -> true;
      case BatchNorm norm -> false;
      case Activation activation -> false;
      case Dropout dropout -> false;
      case Flatten flatten -> false;
    };
  }

  private static double multiplyAdds(LayerShape layer) {
    return switch (layer.layer()) {
      case Dense dense -> elements(layer.input()) * elements(layer.output());
      case Conv2d conv ->
          elements(layer.output()) * layer.input().getFirst() * conv.kernel() * conv.kernel();
      case MaxPool2d pool -> 0;
      case AvgPool2d pool -> 0;
      case GlobalAvgPool pool -> 0;
      case LayerNorm norm -> 0;
      case BatchNorm norm -> 0;
      case Activation activation -> 0;
      case Dropout dropout -> 0;
      case Flatten flatten -> 0;
    };
  }

  private static double elements(List<Integer> shape) {
    double elements = 1;
    for (int dimension : shape) {
      elements *= dimension;
    }
    return elements;
  }
}
