package dev.sluice.schemas.cost;

import dev.sluice.schemas.accelerator.NumberFormat;

/** How much memory a model takes, in bytes. What a runtime takes for itself is not in it. */
public final class MemoryNeeds {

  private MemoryNeeds() {}

  /**
   * Training: weights, gradients, vectors of the optimizer, and what all layers keep and pass back.
   *
   * @param workload the model
   * @param format number format of all of these, such as {@code fp32} at 4 bytes
   * @param optimizerVectors vectors as long as the weights that the optimizer keeps: Adam 2, SGD
   *     with momentum 1
   * @param rows samples of a step on one device, or tokens of a model of tokens; activations of a
   *     model whose layers aren't published are left out
   */
  public static double trainingBytes(
      Workload.Known workload, NumberFormat format, int optimizerVectors, long rows) {
    if (optimizerVectors < 0) {
      throw new IllegalArgumentException(
          "An optimizer keeps 0 vectors or more, not " + optimizerVectors + ".");
    }
    double activations =
        switch (workload) {
          case Workload.Network network -> network.activations();
          case Workload.Decoder decoder ->
              Calibration.BUILT_IN.trainingActivationsPerHidden
                  * decoder.hidden()
                  * decoder.layers();
          case Workload.TrainingOnly training -> 0;
        };
    return Device.bytes(format)
        * (workload.parameters() * (2.0 + optimizerVectors) + activations * checked(rows));
  }

  /**
   * Inference: weights, and of networks the largest layer's input and output, twice as runtimes
   * compute one while they move another; of decoders the cache of keys and values.
   *
   * @param workload the model
   * @param format number format of weights and activations
   * @param rows samples at a time
   */
  public static double inferenceBytes(Workload.Known workload, NumberFormat format, long rows) {
    double weights = workload.parameters() * Device.bytes(format);
    return switch (workload) {
      case Workload.Network network ->
          weights + 2.0 * network.largestLayer() * Device.bytes(format) * checked(rows);
      case Workload.Decoder decoder -> {
        double tokens = decoder.promptTokens() + decoder.beams() * decoder.answerTokens();
        double cache = decoder.cacheElementsPerToken() * DecoderModel.cacheBytes(format);
        yield weights + cache * tokens * checked(rows);
      }
      case Workload.TrainingOnly training -> weights;
    };
  }

  private static long checked(long rows) {
    if (rows < 0) {
      throw new IllegalArgumentException("There are 0 rows or more, not " + rows + ".");
    }
    return rows;
  }
}
