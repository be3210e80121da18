package dev.sluice.schemas.wire;

import java.util.List;

/**
 * A feed-forward network as a list of layers.
 *
 * @param input shape of one sample: [features] or [channels, height, width]; empty: [number of
 *     feature columns]
 * @param layers layers from input to output; the last gives one value per class, or one value for
 *     regression
 */
public record LayerStack(List<Integer> input, List<Layer> layers) implements Network {
  public LayerStack {
    input = List.copyOf(input);
    layers = List.copyOf(layers);
  }
}
