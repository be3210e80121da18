package dev.sluice.accelerators.cost;

import dev.sluice.accelerators.catalogue.AcceleratorModel;
import dev.sluice.accelerators.catalogue.AcceleratorModel.Kind;
import dev.sluice.accelerators.catalogue.MemoryClass;
import dev.sluice.platform.document.Spelling;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * The factors of the cost model in the form in which the formulas use them. The file with their
 * reasons is factors.yaml.
 */
final class Factors {

  private static final String FILE = "factors.yaml";

  /** Kinds whose latency is that of a query, not of the passes through layers. */
  private static final List<Kind> QUERIED = List.of(Kind.NPU, Kind.TPU, Kind.ASIC, Kind.CPU);

  private static final List<Family> PASSING =
      List.of(Family.CNN, Family.DEPTHWISE_CNN, Family.ENCODER);

  private static final Factors BUILT_IN = shipped();

  private final List<Factor> all;
  private final Map<String, Double> efficiency;
  private final Map<Family, Double> familyEfficiency;
  private final Map<Kind, Map<Family, Double>> kindEfficiency = new EnumMap<>(Kind.class);
  private final Map<String, Double> passLatency;
  private final Map<Family, Map<Scenario, Map<Kind, Double>>> interval;
  private final Map<Kind, Double> onChipMegabytes;
  private final Map<Generation, Double> onChipMegabytesOfGpu;

  final Clock clock;
  final Transfers transfers;
  final Latency latency;
  final Decoding decoding;
  final TrainingShares training;
  final double overlapExponent;
  final double encoderShare16Bit;
  final double sharedHost;
  final int batchMax;
  private final double intervalUncalibrated;
  private final Map<Kind, Double> fittedTops;
  private final double beyondFitted;

  /**
   * What decides the clock that a power limit leaves.
   *
   * @param exponent of power
   * @param referencePower watts per TFLOPS in 16 bits that sustain 1.0
   * @param leastPowerShare share of the TDP that is left for arithmetic at least
   * @param need energy per operation by generation
   * @param bitEnergy picojoules per bit by family of memory
   * @param referenceMatmul measured share of the peak that sustains 1.0
   */
  record Clock(
      double exponent,
      double referencePower,
      double leastPowerShare,
      Map<Generation, Double> need,
      Map<MemoryClass, Double> bitEnergy,
      double referenceMatmul) {}

  /**
   * Shares of published bandwidths and sizes that are reached.
   *
   * @param networkRate bytes per second and device of a network beyond the interconnect
   * @param spanUnpublished devices that an interconnect joins of which that isn't published
   */
  record Transfers(
      double memoryShare,
      double linkShare,
      double usableMemory,
      double networkRate,
      int spanUnpublished) {}

  /**
   * What a pass or a query takes beside arithmetic and transfers.
   *
   * @param layerSeconds of a layer of a network without a value of its own, on GPUs
   * @param narrowTops width in 8 bits at which it doubles, on GPUs
   * @param querySeconds of a query, by kind
   * @param decodingSeconds of decoding boxes, by kind
   * @param queryWidth operations per second in 8 bits that one query keeps busy, by kind
   * @param queryExchange share of activations that cores pass through memory, on NPUs
   */
  record Latency(
      double layerSeconds,
      double narrowTops,
      Map<Kind, Double> querySeconds,
      Map<Kind, Double> decodingSeconds,
      Map<Kind, Double> queryWidth,
      double queryExchange) {}

  /** What decoders need beside. */
  record Decoding(double kernelSeconds, double kernelsPerLayer, double batchUnsized) {}

  /**
   * What training takes.
   *
   * @param efficiency share of the sustained peak
   * @param overlap share of the arithmetic that hides the all-reduce
   * @param linkShare share of the link that the all-reduce reaches
   * @param stateBytes bytes of each parameter's state
   * @param updateTraffic bytes that an update moves for each parameter
   * @param passes latencies of a pass in a step
   */
  record TrainingShares(
      double efficiency,
      double overlap,
      double linkShare,
      double stateBytes,
      double updateTraffic,
      double passes) {}

  private Factors(List<Factor> factors) {
    all = List.copyOf(factors);
    var table = new FactorTable(factors);
    for (var kind : Kind.values()) {
      kindEfficiency.put(kind, kindEfficiency(kind, table));
    }
    encoderShare16Bit = table.one("encoder-share-16bit");
    overlapExponent = table.one("overlap-exponent");
    clock =
        new Clock(
            table.one("power-exponent"),
            table.one("reference-power"),
            table.one("least-power-share"),
            table.each(
                "generation-need",
                Generation.class,
                List.of(Generation.values()),
                Generation::label),
            table.each(
                "bit-energy", MemoryClass.class, List.of(MemoryClass.values()), Spelling::of),
            table.one("reference-matmul"));
    transfers =
        new Transfers(
            table.one("memory-share"),
            table.one("link-share"),
            table.one("usable-memory"),
            table.one("network-rate"),
            (int) table.one("span-unpublished"));
    onChipMegabytes = kinds("on-chip-default", table);
    onChipMegabytesOfGpu =
        table.each(
            "on-chip-default",
            Generation.class,
            List.of(Generation.values()),
            generation -> "gpu-" + generation.label());
    batchMax = (int) table.one("batch-max");
    latency =
        new Latency(
            table.one("layer-latency"),
            table.one("narrow-width"),
            kinds("query-latency", table),
            kinds("decoding-latency", table),
            kinds("query-width", table),
            table.one("query-exchange"));
    sharedHost = table.one("shared-host");
    decoding =
        new Decoding(
            table.one("kernel-latency"),
            table.one("kernels-per-layer"),
            table.one("batch-unsized"));
    training =
        new TrainingShares(
            table.one("training-efficiency"),
            table.one("training-overlap"),
            table.one("training-link-share"),
            table.one("state-bytes"),
            table.one("update-traffic"),
            table.one("training-passes"));
    for (var ofTheFit : List.of("shrink", "interval-least", "interval-deviations")) {
      table.one(ofTheFit);
    }
    intervalUncalibrated = table.one("interval-uncalibrated");
    fittedTops = table.each("fitted-width", Kind.class, List.of(Kind.NPU), Spelling::of);
    beyondFitted = table.one("beyond-fitted");
    efficiency = table.open("efficiency");
    passLatency = table.open("pass-latency");
    interval = intervals(table);
    table.end();
    familyEfficiency = familyEfficiency(efficiency);
  }

  /** The factors that ship with Sluice. */
  static Factors builtIn() {
    return BUILT_IN;
  }

  /** All of them, with reasons. */
  List<Factor> all() {
    return all;
  }

  /** These factors with some values changed, by {@link Factor#id}. */
  Factors with(Map<String, Double> changed) {
    return new Factors(
        all.stream()
            .map(
                factor -> {
                  var value = changed.get(factor.id());
                  return value == null ? factor : factor.with(value);
                })
            .toList());
  }

  /** Share of the sustained peak that a model's kernels reach on a GPU. */
  double efficiency(String model, Family family) {
    var own = efficiency.get(model);
    return own == null ? familyEfficiency.getOrDefault(family, 1.0) : own;
  }

  /** The ratio of a kind of device to a GPU in that. */
  double kindEfficiency(Kind kind, Family family) {
    return kindEfficiency.getOrDefault(kind, Map.of()).getOrDefault(family, 1.0);
  }

  /** Seconds of one pass through the layers of a model on a wide GPU. */
  double passSeconds(String model, int layers) {
    var own = passLatency.get(model);
    return own == null ? layers * latency.layerSeconds() : own;
  }

  /** Megabytes beside the arithmetic units of a device of which that isn't published. */
  double onChipMegabytes(AcceleratorModel model) {
    return model.kind() == Kind.GPU
        ? onChipMegabytesOfGpu.getOrDefault(Generation.of(model), 1.0)
        : onChipMegabytes.getOrDefault(model.kind(), 1.0);
  }

  /**
   * Ratio of either end of the interval to the value. What one query keeps busy was found on
   * devices of some width, and says less of much wider ones.
   */
  double intervalRatio(Workload workload, Scenario scenario, Device device) {
    double ratio = intervalRatio(workload, scenario, device.kind());
    var fitted = fittedTops.get(device.kind());
    return scenario == Scenario.SINGLE_STREAM
            && fitted != null
            && device.width8() > beyondFitted * fitted
        ? Math.max(ratio, intervalUncalibrated)
        : ratio;
  }

  private double intervalRatio(Workload workload, Scenario scenario, Kind kind) {
    return switch (workload) {
      case Workload.FeedForward network when network.origin() == Workload.Origin.SURVEYED -> {
        var family = network.family() == Family.ENCODER ? Family.ENCODER : Family.CNN;
        yield interval
            .getOrDefault(family, Map.of())
            .getOrDefault(scenario, Map.of())
            .getOrDefault(kind, intervalUncalibrated);
      }
      case Workload.FeedForward users -> intervalUncalibrated;
      case Workload.Decoder decoder -> intervalUncalibrated;
      case Workload.TrainingOnly training -> intervalUncalibrated;
      case Workload.Unknown unknown -> intervalUncalibrated;
    };
  }

  /** Ratios of families, scenarios and kinds of which errors are known. */
  private static Map<Family, Map<Scenario, Map<Kind, Double>>> intervals(FactorTable table) {
    var ratios = new EnumMap<Family, Map<Scenario, Map<Kind, Double>>>(Family.class);
    for (var family : List.of(Family.CNN, Family.ENCODER)) {
      for (var scenario : Scenario.values()) {
        for (var kind : Kind.values()) {
          var ratio = table.optional("interval", intervalKey(family, scenario, kind));
          if (ratio.isPresent()) {
            ratios
                .computeIfAbsent(family, f -> new EnumMap<>(Scenario.class))
                .computeIfAbsent(scenario, s -> new EnumMap<>(Kind.class))
                .put(kind, ratio.getAsDouble());
          }
        }
      }
    }
    return ratios;
  }

  static String intervalKey(Family family, Scenario scenario, Kind kind) {
    return family.label() + "-" + scenario.label() + "-" + Spelling.of(kind);
  }

  private static Map<Kind, Double> kinds(String name, FactorTable table) {
    return table.each(name, Kind.class, QUERIED, Spelling::of);
  }

  private static Map<Family, Double> kindEfficiency(Kind kind, FactorTable table) {
    var by = new EnumMap<Family, Double>(Family.class);
    for (var family : Family.values()) {
      switch (family) {
        case CNN, DEPTHWISE_CNN, DECODER -> by.put(family, take(kind, family, table));
        case ENCODER ->
            by.put(
                family,
                kind == Kind.NPU ? by.getOrDefault(Family.CNN, 1.0) : take(kind, family, table));
        case DENSE -> by.put(family, by.getOrDefault(Family.ENCODER, 1.0));
      }
    }
    return by;
  }

  private static double take(Kind kind, Family family, FactorTable table) {
    return table.take("kind-efficiency", Spelling.of(kind) + "-" + family.label());
  }

  /** Geometric means over the models that have a value; fully connected layers go with encoders. */
  private static Map<Family, Double> familyEfficiency(Map<String, Double> efficiency) {
    var means = new EnumMap<Family, Double>(Family.class);
    for (var family : PASSING) {
      means.put(family, geometricMean(family, efficiency));
    }
    means.put(Family.DENSE, means.getOrDefault(Family.ENCODER, 1.0));
    means.put(Family.DECODER, efficiency.getOrDefault(Family.DECODER.label(), 1.0));
    return means;
  }

  private static double geometricMean(Family family, Map<String, Double> efficiency) {
    double logarithms = 0;
    int models = 0;
    for (var model : ModelCosts.builtIn().all()) {
      var own = efficiency.get(model.id());
      if (own != null
          && model.structure() instanceof Structure.FeedForward structure
          && structure.family() == family) {
        logarithms += Math.log(own);
        models++;
      }
    }
    return models == 0 ? 1 : Math.exp(logarithms / models);
  }

  private static Factors shipped() {
    try (var resource = Factors.class.getResourceAsStream(FILE)) {
      if (resource == null) {
        throw new IllegalStateException("The file " + FILE + " is not in the jar.");
      }
      var text = new String(resource.readAllBytes(), StandardCharsets.UTF_8);
      return switch (FactorFile.parse(FILE, text)) {
        case FactorFile.Result.Sound(var factors) -> new Factors(factors);
        case FactorFile.Result.Invalid(var problems) ->
            throw new IllegalStateException("The shipped factors have mistakes: " + problems);
      };
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
