package dev.sluice.jobs.network;

import dev.sluice.schemas.wire.TensorSpec;
import java.util.List;

/**
 * A layer stack with every shape known.
 *
 * @param input shape of one sample: [values] or [channels, height, width]
 * @param layers the layers in order, with their shapes
 * @param tensors the flat vector: every trained tensor in network order, then every state tensor in
 *     network order; names as in the state_dict of a PyTorch {@code nn.Sequential}
 * @param parameters floats of the trained part of the flat vector
 * @param floats floats of the whole flat vector
 * @param outputs values per sample that the last layer gives
 */
public record NetworkPlan(
    List<Integer> input,
    List<LayerShape> layers,
    List<TensorSpec> tensors,
    long parameters,
    long floats,
    int outputs) {
  public NetworkPlan {
    input = List.copyOf(input);
    layers = List.copyOf(layers);
    tensors = List.copyOf(tensors);
  }
}
