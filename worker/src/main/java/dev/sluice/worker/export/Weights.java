package dev.sluice.worker.export;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a dense layer or a convolution multiplies by and adds.
 *
 * @param layer position of the layer in its network
 * @param shape of the weight; the first dimension counts the outputs, or channels
 * @param weight row-major
 * @param bias one value per output; null: none is added
 */
@SuppressWarnings("ArrayRecordComponent") // made for one file, never changed or compared
record Weights(int layer, List<Integer> shape, float[] weight, float @Nullable [] bias) {

  int outputs() {
    return shape.getFirst();
  }

  /** Values by which each output multiplies. */
  int valuesPerOutput() {
    return weight.length / outputs();
  }

  /**
   * The weights of this layer and the batch normalisation behind it in one: w x + b becomes (w x +
   * b - mean) g + shift with g = scale / sqrt(variance + epsilon).
   */
  Weights normalised(float[] scale, float[] shift, float[] mean, float[] variance, double epsilon) {
    float[] weights = weight.clone();
    float[] biases = new float[outputs()];
    int width = valuesPerOutput();
    for (int output = 0; output < biases.length; output++) {
      double gain = scale[output] / Math.sqrt(variance[output] + epsilon);
      for (int i = output * width; i < (output + 1) * width; i++) {
        weights[i] = (float) (weight[i] * gain);
      }
      double before = bias == null ? 0 : bias[output];
      biases[output] = (float) ((before - mean[output]) * gain + shift[output]);
    }
    return new Weights(layer, shape, weights, biases);
  }
}
