package dev.sluice.worker.engine;

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
import dev.sluice.schemas.wire.Function;
import dev.sluice.schemas.wire.GlobalAvgPool;
import dev.sluice.schemas.wire.Layer;
import dev.sluice.schemas.wire.LayerNorm;
import dev.sluice.schemas.wire.LayerStack;
import dev.sluice.schemas.wire.MaxPool2d;
import java.util.ArrayList;
import java.util.List;

/**
 * A small network around one kind of layer, ending in three scores.
 *
 * @param name what it shows
 * @param stack the network
 */
public record LayerStackCase(String name, LayerStack stack) {
  private static final List<Integer> IMAGE = List.of(2, 7, 6);

  /** One network per kind of layer and per function. */
  public static List<LayerStackCase> all() {
    List<LayerStackCase> cases = new ArrayList<>();
    cases.add(vector("dense", new Dense(5, true)));
    cases.add(vector("dense without bias", new Dense(5, false)));
    cases.add(image("convolution", new Conv2d(3, 3, 1, 0, true)));
    cases.add(image("convolution, padded, stride 2", new Conv2d(3, 3, 2, 1, true)));
    cases.add(image("convolution without bias", new Conv2d(3, 2, 1, 0, false)));
    cases.add(image("max pool", new MaxPool2d(2, 0, 0)));
    cases.add(image("max pool, padded, stride 2", new MaxPool2d(3, 2, 1)));
    cases.add(image("average pool", new AvgPool2d(2, 0, 0)));
    cases.add(image("average pool, padded, stride 2", new AvgPool2d(3, 2, 1)));
    cases.add(image("flatten"));
    cases.add(
        new LayerStackCase(
            "global average pool",
            new LayerStack(
                IMAGE,
                List.of(new Conv2d(4, 2, 1, 0, true), new GlobalAvgPool(), new Dense(3, true)))));
    cases.add(vector("dropout of nothing", new Dense(5, true), new Dropout(0)));
    cases.add(vector("batch norm of values", new Dense(5, true), new BatchNorm(0.1, 1e-5)));
    cases.add(
        image("batch norm of channels", new Conv2d(3, 2, 1, 0, true), new BatchNorm(0.3, 1e-3)));
    cases.add(vector("layer norm of values", new Dense(5, true), new LayerNorm(1e-5)));
    cases.add(image("layer norm of an image", new LayerNorm(1e-3)));
    for (Function function : Function.values()) {
      cases.add(vector(function.name(), new Dense(6, true), new Activation(function)));
    }
    return cases;
  }

  private static LayerStackCase vector(String name, Layer... layers) {
    List<Layer> all = new ArrayList<>(List.of(layers));
    all.add(new Dense(3, true));
    return new LayerStackCase(name, new LayerStack(List.of(4), all));
  }

  private static LayerStackCase image(String name, Layer... layers) {
    List<Layer> all = new ArrayList<>(List.of(layers));
    all.add(new Flatten());
    all.add(new Dense(3, true));
    return new LayerStackCase(name, new LayerStack(IMAGE, all));
  }

  /** Values of one sample. */
  public int values() {
    return Native.product(stack.input());
  }

  /** The network's shapes and tensors. */
  public NetworkPlan plan() {
    return switch (NetworkShapes.infer(stack, values())) {
      case NetworkResult.Fits(NetworkPlan plan) -> plan;
      case NetworkResult.DoesNotFit(var causes) -> throw new AssertionError(causes.toString());
    };
  }

  @Override
  public String toString() {
    return name;
  }
}
