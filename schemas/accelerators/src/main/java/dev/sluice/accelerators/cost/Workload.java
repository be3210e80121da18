package dev.sluice.accelerators.cost;

import dev.sluice.accelerators.catalogue.NumberFormat;
import dev.sluice.jobs.network.NetworkPlan;
import dev.sluice.schemas.wire.NetworkFacts;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/** What a model costs to run, whatever runs it; the input of every prediction. */
public sealed interface Workload {

  /** Formats in which a published network is run, of equally fast ones the first. */
  List<NumberFormat> QUANTISED =
      List.of(NumberFormat.INT8, NumberFormat.FP8, NumberFormat.FP16, NumberFormat.BF16);

  /** The same of a decoder, whose quality suffers less from small floating-point numbers. */
  List<NumberFormat> DECODING =
      List.of(NumberFormat.FP8, NumberFormat.INT8, NumberFormat.FP16, NumberFormat.BF16);

  /** Formats of a network as it was trained: whole numbers need a quantised version first. */
  List<NumberFormat> AS_TRAINED =
      List.of(NumberFormat.FP16, NumberFormat.BF16, NumberFormat.TF32, NumberFormat.FP32);

  /**
   * Formats that are taken to keep 99.9 % of the accuracy, which whole numbers are not: floats of 8
   * bits have a wider range, and those of 16 are what networks are trained in.
   */
  List<NumberFormat> HIGH_ACCURACY =
      Stream.concat(Stream.of(NumberFormat.FP8), AS_TRAINED.stream()).toList();

  /** What to call it in messages. */
  String name();

  /** How much of its accuracy answers have to keep. */
  default Accuracy accuracy() {
    return Accuracy.USUAL;
  }

  /** Number of weights; 0: not known. */
  long parameters();

  /** Operations of the answer to one sample; a multiplication with its addition counts as two. */
  default OptionalDouble flopPerSample() {
    return OptionalDouble.empty();
  }

  /**
   * Operations of training on one sample, forward and backward; of a decoder on one token. A sample
   * of a feed-forward network takes three times its forward pass, a token six per weight.
   */
  default OptionalDouble trainingFlop() {
    return OptionalDouble.empty();
  }

  /** Values that one layer of one sample reads and writes, at most. */
  default OptionalDouble activationsLargest() {
    return OptionalDouble.empty();
  }

  /** Values of one sample that training keeps from the forward pass for the backward pass. */
  default OptionalDouble activationsKept() {
    return OptionalDouble.empty();
  }

  /** Bytes of a sample on the host link. */
  default OptionalDouble inputBytes() {
    return OptionalDouble.empty();
  }

  /** Bytes of all weights in a number format. */
  default double weightBytes(NumberFormat format) {
    return parameters() * (format.bits() / 8.0);
  }

  /** A model whose cost was surveyed. */
  static Workload of(ModelCost model) {
    return SurveyedWorkload.of(model);
  }

  /** A network that is trained with Sluice. */
  static Workload of(NetworkPlan plan) {
    return CountedWorkload.of(plan);
  }

  /** A network that is trained with Sluice; unknown where its layers can't be seen. */
  static Workload of(NetworkFacts network) {
    return CountedWorkload.of(network);
  }

  /** Where the figures of a workload are from. */
  enum Origin {
    /** Counted from a definition of a well-known network, on which factors were fitted. */
    SURVEYED,
    /** Counted from the layers of a user's network; factors are those of its family. */
    COUNTED
  }

  /**
   * A network whose answer takes one pass.
   *
   * @param name what to call it; factors of the cost model may have it as owner
   * @param origin where the figures are from
   * @param accuracy how much of its accuracy answers keep
   * @param family how it uses arithmetic units
   * @param detector whether the host decodes boxes after each pass
   * @param parameters number of weights
   * @param flops operations of a sample
   * @param singleStreamFlops operations of a sample at the 90th percentile
   * @param activations values that all layers of one sample read and write
   * @param largest values that one layer of one sample reads and writes, at most
   * @param kept values of one sample that training keeps for the backward pass
   * @param layers layers that run one after the other
   * @param input bytes of a sample on the host link
   */
  record FeedForward(
      String name,
      Origin origin,
      Accuracy accuracy,
      Family family,
      boolean detector,
      long parameters,
      double flops,
      double singleStreamFlops,
      double activations,
      double largest,
      double kept,
      int layers,
      double input)
      implements Workload {

    /** A backward pass takes two forward ones: gradients of activations, and of weights. */
    private static final double PASSES = 3;

    public FeedForward {
      if (!(flops > 0 && activations > 0 && largest > 0 && layers > 0 && input > 0)
          || family == Family.DECODER) {
        throw new IllegalArgumentException(
            name + " is no feed-forward network: each figure must be above 0.");
      }
    }

    @Override
    public OptionalDouble flopPerSample() {
      return OptionalDouble.of(flops);
    }

    @Override
    public OptionalDouble trainingFlop() {
      return OptionalDouble.of(PASSES * flops);
    }

    @Override
    public OptionalDouble activationsLargest() {
      return OptionalDouble.of(largest);
    }

    @Override
    public OptionalDouble activationsKept() {
      return OptionalDouble.of(kept);
    }

    @Override
    public OptionalDouble inputBytes() {
      return OptionalDouble.of(input);
    }

    /** Formats that are tried where none is asked for, of equally fast ones the first. */
    List<NumberFormat> formats() {
      return switch (origin) {
        case SURVEYED -> accuracy == Accuracy.HIGH ? HIGH_ACCURACY : QUANTISED;
        case COUNTED -> AS_TRAINED;
      };
    }
  }

  /**
   * A language model that writes one token after the other.
   *
   * @param name what to call it; factors of the cost model may have it as owner
   * @param accuracy how much of its accuracy answers keep
   * @param parameters number of weights
   * @param flopPerToken operations of one token read or written
   * @param kvBytesPerToken bytes that the cache of keys and values takes for each token in 16 bits
   * @param layers number of transformer blocks
   * @param hidden width of the model
   * @param lengths of prompts and answers
   */
  record Decoder(
      String name,
      Accuracy accuracy,
      long parameters,
      double flopPerToken,
      double kvBytesPerToken,
      long layers,
      long hidden,
      Structure.Decoder lengths)
      implements Workload {

    /** Forward two, backward four (scaling-book, transformers.md). */
    private static final double TRAINING_FLOP_PER_WEIGHT = 6;

    /** Bytes of a token in its prompt. */
    private static final double TOKEN_BYTES = 4;

    public Decoder {
      if (!(flopPerToken > 0 && kvBytesPerToken > 0 && layers > 0 && hidden > 0)) {
        throw new IllegalArgumentException(name + " is no decoder: each figure must be above 0.");
      }
    }

    /** Formats that are tried where none is asked for, of equally fast ones the first. */
    List<NumberFormat> formats() {
      return accuracy == Accuracy.HIGH ? HIGH_ACCURACY : DECODING;
    }

    /** Tokens of an answer. */
    public double tokensPerSample() {
      return lengths.answerTokens();
    }

    /** Tokens that go through the model for one sample, with those of every beam. */
    double tokensComputed() {
      return lengths.promptTokens() + lengths.beams() * lengths.answerTokens();
    }

    /** Bytes of keys and values of a token; of a format below 16 bits they have 8. */
    double kvBytesPerToken(NumberFormat format) {
      return kvBytesPerToken / 2 * (format.bits() >= 16 ? 2 : 1);
    }

    /** Bytes of keys and values of one sample at its end. */
    public double kvBytesPerSample(NumberFormat format) {
      return kvBytesPerToken(format) * tokensComputed();
    }

    @Override
    public OptionalDouble flopPerSample() {
      return OptionalDouble.of(tokensComputed() * flopPerToken);
    }

    @Override
    public OptionalDouble trainingFlop() {
      return OptionalDouble.of(TRAINING_FLOP_PER_WEIGHT * parameters);
    }

    @Override
    public OptionalDouble inputBytes() {
      return OptionalDouble.of(TOKEN_BYTES * lengths.promptTokens());
    }
  }

  /**
   * A model of which only the cost of training is known.
   *
   * @param name what to call it
   * @param parameters number of weights
   * @param flopPerToken operations of one token of training, forward and backward
   */
  record TrainingOnly(String name, long parameters, double flopPerToken) implements Workload {

    @Override
    public OptionalDouble trainingFlop() {
      return OptionalDouble.of(flopPerToken);
    }
  }

  /**
   * A model of which too little is known for any prediction.
   *
   * @param name what to call it
   * @param parameters number of weights; 0: not known either
   * @param reasons what isn't known
   */
  record Unknown(String name, long parameters, List<String> reasons) implements Workload {

    public Unknown {
      reasons = List.copyOf(reasons);
    }
  }
}
