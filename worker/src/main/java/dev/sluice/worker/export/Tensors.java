package dev.sluice.worker.export;

import dev.sluice.schemas.wire.NetworkFacts;
import dev.sluice.schemas.wire.TensorSpec;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/** The tensors of a flat vector by their names. */
final class Tensors {
  private final NetworkFacts facts;
  private final MemorySegment flat;

  /**
   * @param facts where each tensor lies
   * @param flat the vector: 32-bit floats in native byte order
   */
  Tensors(NetworkFacts facts, MemorySegment flat) {
    this.facts = facts;
    this.flat = flat;
  }

  List<Integer> shape(String name) {
    return find(name).shape();
  }

  float[] values(String name) {
    TensorSpec tensor = find(name);
    long elements =
        tensor.shape().stream().mapToLong(Integer::longValue).reduce(1, (a, b) -> a * b);
    return flat.asSlice(tensor.offset() * Float.BYTES, elements * Float.BYTES)
        .toArray(ValueLayout.JAVA_FLOAT);
  }

  /** The weights of a layer. */
  Weights weights(int layer, boolean bias) {
    String weight = layer + ".weight";
    return new Weights(layer, shape(weight), values(weight), bias ? values(layer + ".bias") : null);
  }

  private TensorSpec find(String name) {
    return facts.tensors().stream()
        .filter(candidate -> candidate.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("the facts lack the tensor " + name));
  }
}
