package dev.sluice.accelerators.cost;

import org.jspecify.annotations.Nullable;

/** What a prediction needs to know of a model beside its operations and weights. */
public sealed interface Structure {

  /**
   * One pass gives the answer.
   *
   * @param family how it uses arithmetic units; not a decoder
   * @param detector whether the host decodes boxes after each pass
   * @param flops operations of a sample, where they aren't those of the usual variant; null: they
   *     are
   * @param singleStreamFlops operations of a sample at the 90th percentile, which the single stream
   *     reports; null: all samples take the same
   * @param activations values that all layers of one sample read and write
   * @param activationsLargest values that one layer reads and writes, at most
   * @param layers layers that run one after the other
   * @param inputBytes bytes of a sample on the host link
   */
  record FeedForward(
      Family family,
      boolean detector,
      @Nullable Double flops,
      @Nullable Double singleStreamFlops,
      double activations,
      double activationsLargest,
      int layers,
      double inputBytes)
      implements Structure {}

  /**
   * A pass gives one token of the answer.
   *
   * @param promptTokens mean length of a prompt
   * @param answerTokens mean length of an answer
   * @param beams answers that are written side by side, of which one is kept
   */
  record Decoder(double promptTokens, double answerTokens, double beams) implements Structure {}
}
