package dev.sluice.accelerators.cost;

import dev.sluice.accelerators.catalogue.NumberFormat;
import dev.sluice.platform.document.Amounts;
import java.util.ArrayList;
import java.util.List;

/**
 * Bytes that a workload takes on one device, by what they hold.
 *
 * @param purpose what the workload does there
 * @param parameters bytes of the parameters; with arithmetic in fewer than 32 bits, training keeps
 *     a copy in 32 bits as well
 * @param gradients bytes of the gradients; 0: none
 * @param optimizer bytes of the optimizer's vectors, in 32 bits; 0: none
 * @param optimizerVectors vectors per parameter that the optimizer keeps
 * @param activations bytes of the activations of a batch; 0 where they aren't known
 * @param activationsKnown whether they are known
 * @param cache bytes of the keys and values of a batch; 0: there are none
 */
public record MemoryNeeds(
    Purpose purpose,
    double parameters,
    double gradients,
    double optimizer,
    int optimizerVectors,
    double activations,
    boolean activationsKnown,
    double cache) {

  /** What a workload does. */
  public enum Purpose {
    INFERENCE,
    TRAINING
  }

  /** Vectors that Adam keeps for each parameter: the means of gradients and of their squares. */
  public static final int ADAM_VECTORS = 2;

  private static final double BYTES_32_BITS = 4;

  public MemoryNeeds {
    if (optimizerVectors < 0 || optimizerVectors > ADAM_VECTORS) {
      throw new IllegalArgumentException(
          "Optimizers keep 0 to " + ADAM_VECTORS + " vectors, not " + optimizerVectors + ".");
    }
  }

  /**
   * What answers need: weights, and two layers' activations of a batch, one read and one written;
   * of a decoder the cache.
   *
   * @param format number format of the weights and activations
   * @param batch samples that are computed together, at least 1
   */
  public static MemoryNeeds forInference(Workload workload, NumberFormat format, int batch) {
    requireSamples(batch);
    double cache =
        switch (workload) {
          case Workload.Decoder decoder -> batch * decoder.kvBytesPerSample(format);
          case Workload.FeedForward network -> 0;
          case Workload.TrainingOnly training -> 0;
          case Workload.Unknown unknown -> 0;
        };
    var largest = workload.activationsLargest();
    return new MemoryNeeds(
        Purpose.INFERENCE,
        workload.weightBytes(format),
        0,
        0,
        0,
        batch * largest.orElse(0) * bytes(format),
        largest.isPresent() || cache > 0,
        cache);
  }

  /**
   * What training needs: parameters, gradients, the optimizer's vectors, and the activations that
   * the backward pass looks at.
   *
   * @param format number format of the arithmetic, in floating point; in fewer than 32 bits,
   *     parameters have a master copy in 32 bits
   * @param optimizerVectors vectors per parameter that the optimizer keeps: 2 of Adam, 1 of SGD
   *     with momentum, 0 of SGD
   * @param samplesPerDevice samples of a step on one device, at least 1
   */
  public static MemoryNeeds forTraining(
      Workload workload, NumberFormat format, int optimizerVectors, long samplesPerDevice) {
    requireSamples(samplesPerDevice);
    double parameters = workload.parameters();
    double each = bytes(format);
    boolean master = each < BYTES_32_BITS;
    var kept = workload.activationsKept();
    return new MemoryNeeds(
        Purpose.TRAINING,
        parameters * (master ? each + BYTES_32_BITS : each),
        parameters * each,
        parameters * BYTES_32_BITS * optimizerVectors,
        optimizerVectors,
        samplesPerDevice * kept.orElse(0) * each,
        kept.isPresent(),
        0);
  }

  /** All of it. */
  public double total() {
    return parameters + gradients + optimizer + activations + cache;
  }

  /** The total and what it holds: {@code 21.3 GB for parameters, gradients and Adam state}. */
  public String describe() {
    return Amounts.of(total(), "B") + " for " + what();
  }

  /** What it is for: {@code parameters, gradients and Adam state}. */
  public String what() {
    return joined() + (activationsKnown ? "" : " (activations aren't known)");
  }

  private String joined() {
    var parts = new ArrayList<String>();
    parts.add(purpose == Purpose.TRAINING ? "parameters" : "weights");
    if (gradients > 0) {
      parts.add("gradients");
    }
    if (optimizer > 0) {
      parts.add(optimizerVectors == ADAM_VECTORS ? "Adam state" : "momentum");
    }
    if (activations > 0) {
      parts.add("activations");
    }
    if (cache > 0) {
      parts.add("the cache of keys and values");
    }
    return listed(parts);
  }

  private static String listed(List<String> parts) {
    int last = parts.size() - 1;
    return last == 0
        ? parts.getFirst()
        : String.join(", ", parts.subList(0, last)) + " and " + parts.get(last);
  }

  private static double bytes(NumberFormat format) {
    return format.bits() / 8.0;
  }

  private static void requireSamples(long samples) {
    if (samples < 1) {
      throw new IllegalArgumentException("There is at least one sample, not " + samples + ".");
    }
  }
}
