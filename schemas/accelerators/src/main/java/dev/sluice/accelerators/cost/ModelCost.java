package dev.sluice.accelerators.cost;

import dev.sluice.accelerators.catalogue.Citation;
import dev.sluice.accelerators.catalogue.NumberFormat;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a well-known model costs. What is not stated is null and never guessed.
 *
 * @param id name in messages and files
 * @param name what people call it
 * @param aliases other names in use, such as MLPerf's
 * @param highAccuracyAliases names that ask for {@link Accuracy#HIGH}
 * @param accuracy what is asked for
 * @param parameters number of weights
 * @param input shape of a sample, such as {@code 3x224x224}; null: not stated
 * @param flops operations, in each variant that is known; the usual one first
 * @param macsPerSample multiplications with addition for one input, which some documents print as
 *     operations; null: not stated
 * @param weightBytes bytes of all weights, by number format; a format that is not stated is absent
 * @param shape what the sizes of a sequence model are
 * @param serverLatencyMsMax longest latency that MLPerf allows a server, in milliseconds; null: not
 *     stated
 * @param structure what a prediction needs beside these; null: not counted
 * @param caveats what to know before using these figures
 * @param sources what each figure comes from, by the name of the figure
 */
public record ModelCost(
    String id,
    String name,
    List<String> aliases,
    List<String> highAccuracyAliases,
    Accuracy accuracy,
    long parameters,
    @Nullable String input,
    List<Flops> flops,
    @Nullable Long macsPerSample,
    SortedMap<NumberFormat, Long> weightBytes,
    SequenceShape shape,
    @Nullable Long serverLatencyMsMax,
    @Nullable Structure structure,
    List<String> caveats,
    Map<String, Citation> sources) {

  /** More weights than any model has: it catches a wrong unit. */
  static final long PARAMETERS_MAX = 1_000_000_000_000_000L;

  public ModelCost {
    if (parameters < 1 || parameters > PARAMETERS_MAX) {
      throw new IllegalArgumentException(
          id + " has 1 to " + PARAMETERS_MAX + " weights, not " + parameters + ".");
    }
    aliases = List.copyOf(aliases);
    highAccuracyAliases = List.copyOf(highAccuracyAliases);
    flops = List.copyOf(flops);
    weightBytes = Collections.unmodifiableSortedMap(new TreeMap<>(weightBytes));
    caveats = List.copyOf(caveats);
    sources = Collections.unmodifiableMap(new LinkedHashMap<>(sources));
  }

  /**
   * Sizes of a model of sequences.
   *
   * @param kvBytesPerToken bytes that the cache of keys and values takes for each token, in 16-bit
   *     floating point; null: not stated, or there is none
   * @param layers number of transformer blocks; null: not stated
   * @param hidden width of the model; null: not stated
   * @param kvHeads heads of keys and values; null: not stated
   * @param sequence tokens of a training sequence; null: not stated
   * @param outputTokensMean tokens that the benchmark's answers have on average; null: not stated
   */
  public record SequenceShape(
      @Nullable Long kvBytesPerToken,
      @Nullable Long layers,
      @Nullable Long hidden,
      @Nullable Long kvHeads,
      @Nullable Long sequence,
      @Nullable Double outputTokensMean) {}

  /** The same model where more of its accuracy has to be kept. */
  ModelCost inHighAccuracy() {
    return new ModelCost(
        id,
        name,
        aliases,
        highAccuracyAliases,
        Accuracy.HIGH,
        parameters,
        input,
        flops,
        macsPerSample,
        weightBytes,
        shape,
        serverLatencyMsMax,
        structure,
        caveats,
        sources);
  }

  /** Operations in the usual variant; empty where none are stated. */
  public Optional<Flops> flops(Flops.Per per) {
    return flops.stream().filter(f -> f.per() == per).findFirst();
  }
}
