package dev.sluice.jobs.network;

import dev.sluice.schemas.wire.TensorSpec;
import java.util.ArrayList;
import java.util.List;

/** Collects a network's tensors and lays them out: trained ones first, then state. */
final class TensorList {
  /** Counts stop here, far above any bound and far below overflow. */
  private static final long CEILING = 1L << 40;

  private record Named(String name, List<Integer> shape) {
    long floats() {
      long product = 1;
      for (int dimension : shape) {
        product = Math.min(product * dimension, CEILING);
      }
      return product;
    }
  }

  private final List<Named> trained = new ArrayList<>();
  private final List<Named> state = new ArrayList<>();
  private long parameters;
  private long stateFloats;

  void trained(String name, Integer... shape) {
    Named tensor = new Named(name, List.of(shape));
    trained.add(tensor);
    parameters += tensor.floats();
  }

  void state(String name, Integer... shape) {
    Named tensor = new Named(name, List.of(shape));
    state.add(tensor);
    stateFloats += tensor.floats();
  }

  long parameters() {
    return parameters;
  }

  long floats() {
    return parameters + stateFloats;
  }

  List<TensorSpec> laidOut() {
    List<TensorSpec> specs = new ArrayList<>();
    long offset = 0;
    for (Named tensor : trained) {
      specs.add(new TensorSpec(tensor.name(), tensor.shape(), offset, true));
      offset += tensor.floats();
    }
    for (Named tensor : state) {
      specs.add(new TensorSpec(tensor.name(), tensor.shape(), offset, false));
      offset += tensor.floats();
    }
    return specs;
  }
}
