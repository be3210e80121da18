package dev.sluice.schemas.cost;

import dev.sluice.schemas.wire.LayerStack;
import dev.sluice.schemas.wire.NetworkFacts;
import dev.sluice.schemas.wire.TorchScript;

/** What a model asks of a device, apart from the device. */
public sealed interface Workload {

  /** A model of which enough is known for at least one kind of prediction. */
  sealed interface Known extends Workload {
    /** Number of weights. */
    double parameters();

    /** Operations of a training step, forward and backward, for one sample or token. */
    double trainingFlops();
  }

  /** How the layers of a network use a device. */
  enum Kind {
    /** Convolutions over all channels. */
    CNN,
    /** Convolutions over one channel each, which leave most of a matrix unit idle. */
    DEPTHWISE,
    /** Transformer blocks that see the whole input. */
    ENCODER,
    /** Matrix products of whole samples. */
    DENSE
  }

  /**
   * A network that answers a sample in one pass.
   *
   * @param name what to call it in messages
   * @param kind how its layers use a device
   * @param parameters number of weights
   * @param flops operations for one sample; a multiplication with its addition counts as two
   * @param flopsSingle the same where one query counts, which is judged by its 90th percentile
   * @param activations elements that all layers read and write for one sample
   * @param largestLayer most elements that one layer reads and writes for one sample
   * @param layers layers that follow one another
   * @param inputBytes bytes that the host sends for one sample
   * @param efficiency share of a GPU's sustained peak that its layers reach
   * @param serialSeconds fixed latency of one pass on a GPU
   * @param detects whether the host decodes boxes from its output
   * @param calibrated whether published results of it, or of a network like it, were fitted to
   */
  record Network(
      String name,
      Kind kind,
      double parameters,
      double flops,
      double flopsSingle,
      double activations,
      double largestLayer,
      int layers,
      double inputBytes,
      double efficiency,
      double serialSeconds,
      boolean detects,
      boolean calibrated)
      implements Known {

    /** Three passes: forward, and backward for inputs and for weights. */
    @Override
    public double trainingFlops() {
      return 3 * flops;
    }
  }

  /**
   * A network that writes an answer token by token.
   *
   * @param name what to call it in messages
   * @param parameters number of weights
   * @param flopsPerToken operations for one token read or written
   * @param cacheElementsPerToken elements of the cache of keys and values for one token
   * @param layers transformer blocks
   * @param hidden width of the model
   * @param promptTokens tokens read for one sample
   * @param answerTokens tokens of one answer
   * @param beams answers that are followed at once
   * @param kernelsPerLayer launches for one block and token
   * @param efficiency share of a GPU's sustained peak that its layers reach
   */
  record Decoder(
      String name,
      double parameters,
      double flopsPerToken,
      double cacheElementsPerToken,
      double layers,
      double hidden,
      double promptTokens,
      double answerTokens,
      double beams,
      double kernelsPerLayer,
      double efficiency)
      implements Known {

    /** Six for each weight and token: two forward, four backward. */
    @Override
    public double trainingFlops() {
      return 6 * parameters;
    }
  }

  /**
   * A network whose cost is known for training only.
   *
   * @param name what to call it in messages
   * @param parameters number of weights
   * @param trainingFlops operations for one token
   */
  record TrainingOnly(String name, double parameters, double trainingFlops) implements Known {}

  /**
   * A network of which too little is known.
   *
   * @param name what to call it in messages
   * @param reason what is missing, in a sentence
   */
  record Unknown(String name, String reason) implements Workload {}

  /** What to call it in messages. */
  String name();

  /** What a well-known model asks. */
  static Workload of(ModelCost model) {
    return WellKnownWorkloads.of(model);
  }

  /** What a network of one's own asks. */
  static Workload of(NetworkFacts network) {
    return switch (network.network()) {
      case LayerStack stack -> StackWorkload.of(stack, network.input());
      case TorchScript script ->
          new Unknown(
              "the network",
              "The network is TorchScript, and what its layers compute isn't known without running"
                  + " it.");
    };
  }
}
