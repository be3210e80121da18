package dev.sluice.worker.export;

import java.util.List;

/**
 * In which numbers a network multiplies: what stands in the file around each product. The layers
 * and their order are the same in all.
 */
interface Arithmetic {

  /** Whether a batch normalisation becomes part of the weights directly before it. */
  boolean foldsNormalisation();

  /**
   * The last tensor of a graph enters a product, or leaves a convolution; nodes may follow that
   * change how its values are held.
   *
   * @param range number of its range of values, from 0 in the order of the network; tensors that
   *     hold the same values have the same
   */
  void activation(OnnxGraph graph, int range);

  /**
   * Stores the weights of a product.
   *
   * @param range range of the values that are multiplied by them
   * @return names of the tensors of weight and, where there is one, bias
   */
  List<String> weights(OnnxGraph graph, int range, Weights weights);

  /** Numbers as they were trained. */
  Arithmetic FLOAT =
      new Arithmetic() {
        @Override
        public boolean foldsNormalisation() {
          return false;
        }

        @Override
        public void activation(OnnxGraph graph, int range) {
          // Its values stay what they are.
        }

        @Override
        public List<String> weights(OnnxGraph graph, int range, Weights weights) {
          return floats(graph, weights);
        }
      };

  /** Stores weights as 32-bit floats under the names that they have in the flat vector. */
  static List<String> floats(OnnxGraph graph, Weights weights) {
    String weight = graph.floats(weights.layer() + ".weight", weights.shape(), weights.weight());
    float[] bias = weights.bias();
    return bias == null
        ? List.of(weight)
        : List.of(weight, graph.floats(weights.layer() + ".bias", List.of(bias.length), bias));
  }
}
