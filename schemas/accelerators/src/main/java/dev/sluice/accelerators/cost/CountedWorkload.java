package dev.sluice.accelerators.cost;

import dev.sluice.jobs.network.LayerShape;
import dev.sluice.jobs.network.NetworkPlan;
import dev.sluice.jobs.network.NetworkResult;
import dev.sluice.jobs.network.NetworkShapes;
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
import dev.sluice.schemas.wire.NetworkFacts;
import dev.sluice.schemas.wire.TorchScript;
import java.util.List;

/**
 * Counts what a user's network costs, from the shapes of its layers.
 *
 * <p>Runtimes fuse batch normalisation and element-wise functions into the layer before them, so
 * these read and write nothing of their own when the network answers; when it trains, every layer
 * keeps its input for the backward pass.
 */
final class CountedWorkload {

  private static final String NAME = "the network";

  /** Features travel as single-precision numbers. */
  private static final double BYTES_PER_INPUT = 4;

  private double convolutionFlops;
  private double flops;
  private double activations;
  private double largest;
  private double kept;
  private int layers;

  private CountedWorkload() {}

  static Workload of(NetworkFacts facts) {
    return switch (facts.network()) {
      case LayerStack stack -> {
        int columns = (int) values(facts.input());
        yield switch (NetworkShapes.infer(stack, columns)) {
          case NetworkResult.Fits(var plan) -> of(plan);
          case NetworkResult.DoesNotFit(var causes) ->
              unknown(facts.parameters(), causes.getFirst().what());
        };
      }
      case TorchScript script ->
          unknown(facts.parameters(), "its layers are TorchScript, of which only weights are seen");
    };
  }

  static Workload of(NetworkPlan plan) {
    var counted = new CountedWorkload();
    plan.layers().forEach(counted::add);
    double input = values(plan.input());
    return new Workload.FeedForward(
        NAME,
        Workload.Origin.COUNTED,
        Accuracy.USUAL,
        counted.convolutionFlops > counted.flops / 2 ? Family.CNN : Family.DENSE,
        false,
        plan.floats(),
        Math.max(counted.flops, 1),
        Math.max(counted.flops, 1),
        Math.max(counted.activations, input + plan.outputs()),
        Math.max(counted.largest, input + plan.outputs()),
        counted.kept + plan.outputs(),
        Math.max(counted.layers, 1),
        input * BYTES_PER_INPUT);
  }

  private void add(LayerShape shape) {
    double in = values(shape.input());
    double out = values(shape.output());
    kept += in;
    switch (shape.layer()) {
      case Dense dense -> runs(in, out, 2 * in * out);
      case Conv2d conv -> {
        double window = (double) conv.kernel() * conv.kernel() * shape.input().getFirst();
        convolutionFlops += 2 * window * out;
        runs(in, out, 2 * window * out);
      }
      case MaxPool2d pool -> runs(in, out, (double) pool.kernel() * pool.kernel() * out);
      case AvgPool2d pool -> runs(in, out, (double) pool.kernel() * pool.kernel() * out);
      case GlobalAvgPool pool -> runs(in, out, in);
      case LayerNorm norm -> runs(in, out, 2 * in);
      case BatchNorm norm -> flops += 2 * in;
      case Activation function -> flops += in;
      case Dropout dropout -> {} // the identity, when the network answers
      case Flatten flatten -> {} // moves nothing
    }
  }

  /** A layer that runs by itself. */
  private void runs(double in, double out, double operations) {
    layers++;
    flops += operations;
    activations += in + out;
    largest = Math.max(largest, in + out);
  }

  private static double values(List<Integer> shape) {
    double values = 1;
    for (int dimension : shape) {
      values *= dimension;
    }
    return values;
  }

  private static Workload unknown(long parameters, String reason) {
    return new Workload.Unknown(
        NAME, parameters, List.of("The operations of " + NAME + " are unknown: " + reason + "."));
  }
}
