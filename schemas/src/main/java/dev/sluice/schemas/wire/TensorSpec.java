package dev.sluice.schemas.wire;

import java.util.List;

/**
 * One tensor inside the flat vector of a network: parameters first, then state, both in network
 * order.
 *
 * @param name name as in PyTorch's state_dict
 * @param shape dimensions
 * @param offset index of its first element in the flat vector
 * @param trained whether gradients change it; otherwise it is state such as a running mean
 */
public record TensorSpec(String name, List<Integer> shape, long offset, boolean trained) {
  public TensorSpec {
    shape = List.copyOf(shape);
  }
}
