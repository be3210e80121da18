package dev.sluice.worker.export;

/**
 * Weights and bias of one layer as whole numbers: {@code weight * scale}, and {@code bias *
 * biasScale}, each scale standing for one output.
 *
 * @param weight -127 to 127, row-major
 * @param scale one per output
 * @param bias one per output; 0 where the layer adds none
 * @param biasScale one per output: scale times that of the values that are multiplied
 */
@SuppressWarnings("ArrayRecordComponent") // made for one file, never changed or compared
record Int8Weights(byte[] weight, float[] scale, int[] bias, float[] biasScale) {
  private static final int WEIGHT_MAX = 127;

  /** Products may add up to this, and the bias to half of it: together they fit 32 bits. */
  private static final double SUM_MAX = 1 << 30;

  /**
   * Quantises.
   *
   * @param weights finite values
   * @param inputScale scale of the values that are multiplied by the weights
   */
  static Int8Weights of(Weights weights, float inputScale) {
    int outputs = weights.outputs();
    int width = weights.valuesPerOutput();
    byte[] whole = new byte[weights.weight().length];
    float[] scale = new float[outputs];
    int[] bias = new int[outputs];
    float[] biasScale = new float[outputs];
    for (int output = 0; output < outputs; output++) {
      double added = weights.bias() == null ? 0 : weights.bias()[output];
      scale[output] = scale(weights, output, added, inputScale);
      for (int i = output * width; i < (output + 1) * width; i++) {
        double steps = Math.rint(weights.weight()[i] / (double) scale[output]);
        whole[i] = (byte) Math.clamp(steps, -WEIGHT_MAX, WEIGHT_MAX);
      }
      biasScale[output] = Math.max(Float.MIN_NORMAL, inputScale * scale[output]);
      bias[output] = (int) Math.rint(added / biasScale[output]);
    }
    return new Int8Weights(whole, scale, bias, biasScale);
  }

  /** The finest scale at which the weights fit 8 bits, and the bias and every sum fit 32. */
  private static float scale(Weights weights, int output, double bias, float inputScale) {
    int width = weights.valuesPerOutput();
    double greatest = 0;
    double sum = 0;
    for (int i = output * width; i < (output + 1) * width; i++) {
      double size = Math.abs(weights.weight()[i]);
      greatest = Math.max(greatest, size);
      sum += size;
    }
    double finest = greatest / WEIGHT_MAX;
    finest = Math.max(finest, sum * ValueRanges.Steps.MAX / SUM_MAX);
    finest = Math.max(finest, Math.abs(bias) / inputScale / (SUM_MAX / 2));
    return finest == 0 ? 1 : (float) Math.max(Float.MIN_NORMAL, finest);
  }
}
