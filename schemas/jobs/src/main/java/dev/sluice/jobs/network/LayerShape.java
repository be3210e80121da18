package dev.sluice.jobs.network;

import dev.sluice.schemas.wire.Layer;
import java.util.List;

/**
 * A layer with the shapes it connects, without the dimension of the batch.
 *
 * @param layer the layer
 * @param input [values] or [channels, height, width]
 * @param output [values] or [channels, height, width]
 */
public record LayerShape(Layer layer, List<Integer> input, List<Integer> output) {
  public LayerShape {
    input = List.copyOf(input);
    output = List.copyOf(output);
  }
}
