package dev.sluice.fold;

/**
 * The length of a mean gradient, and how far it is scaled down where that is too long: as PyTorch's
 * {@code clip_grad_norm_} does. In binary64 and in a fixed order, so that its bits depend on the
 * gradient alone.
 */
final class GradientNorm {

  /** Of PyTorch: keeps a gradient of zeros from being divided by 0. */
  private static final double LEAST = 1e-6;

  private GradientNorm() {}

  /**
   * What a mean gradient is multiplied with.
   *
   * @param norm greatest length; 0: any, and the gradient stays as it is
   * @param sum gradient summed over samples
   * @param trained elements of it
   * @return 1 or less; where some of it is not finite, the product is not either
   */
  static float scale(double norm, float[] sum, int trained, long samples) {
    return norm == 0 ? 1 : (float) Math.min(1, norm / (of(sum, trained, samples) + LEAST));
  }

  /** Four sums, of every fourth element each: additions that need not wait for one another. */
  private static double of(float[] sum, int trained, long samples) {
    float count = samples;
    double[] squares = new double[4];
    for (int i = 0; i < trained; i++) {
      double mean = sum[i] / count;
      squares[i & 3] += mean * mean;
    }
    return Math.sqrt((squares[0] + squares[1]) + (squares[2] + squares[3]));
  }
}
