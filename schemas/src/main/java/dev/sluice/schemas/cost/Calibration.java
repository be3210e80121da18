package dev.sluice.schemas.cost;

import dev.sluice.schemas.accelerator.AcceleratorModel.Kind;
import dev.sluice.schemas.accelerator.MemoryClass;
import dev.sluice.schemas.document.Spelling;

/**
 * The factors as the cost model uses them, looked up once: a missing one is found at the start, and
 * a prediction looks nothing up by name.
 */
final class Calibration {

  static final Calibration BUILT_IN = new Calibration(Factors.builtIn());

  /** Generations of GPUs, told apart by the formats that they publish. */
  enum Generation {
    PRE_BF16("pre_bf16"),
    BF16_FP8("bf16_fp8"),
    FP4("fp4");

    private final String label;

    Generation(String label) {
      this.label = label;
    }

    String label() {
      return label;
    }
  }

  final double norm;
  final double memoryShare;
  final double linkShare;
  final double usableMemory;
  final int batchMax;
  final double multi;
  final double narrow;
  final double encoder16Bit;
  final double kernelSeconds;

  final double powerExponent;
  final double powerReference;
  final double matmulReference;
  final EnumTable<MemoryClass, Double> joulesPerBit;
  final EnumTable<Generation, Double> energyOfOperation;
  final EnumTable<Generation, Double> onChipMegabytesOfGpus;
  final EnumTable<Kind, Double> onChipMegabytes;

  final EnumTable<Kind, Double> querySeconds;
  final EnumTable<Kind, Double> postSeconds;
  final EnumTable<Kind, Double> width1;
  final EnumTable<Kind, Double> exchange1;
  final EnumTable<Kind, EnumTable<Workload.Kind, Double>> kappa;
  final EnumTable<Kind, Double> kappaOfDecoders;

  final double intervalUncalibrated;
  private final EnumTable<Kind, EnumTable<Scenario, EnumTable<Workload.Kind, Double>>> intervals;

  final double trainingShare;
  final double trainingOverlap;
  final double trainingLinkShare;
  final double trainingBytesPerParameter;
  final double trainingTrafficPerParameter;
  final double trainingActivationsPerHidden;

  Calibration(Factors factors) {
    norm = factors.value("p_norm");
    memoryShare = factors.value("eta_mem");
    linkShare = factors.value("eta_link");
    usableMemory = factors.value("usable_mem");
    batchMax = (int) factors.value("b_max");
    multi = factors.value("multi");
    narrow = factors.value("narrow");
    encoder16Bit = factors.value("enc_share16");
    kernelSeconds = factors.value("tau_decode");
    powerExponent = factors.value("pow_exp");
    powerReference = factors.value("pow_ref");
    matmulReference = factors.value("matmul_ref");
    joulesPerBit =
        EnumTable.of(MemoryClass.class, c -> factors.value("mem_pj_bit." + Spelling.of(c)) * 1e-12);
    energyOfOperation = EnumTable.of(Generation.class, g -> factors.value("gen_need." + g.label()));
    onChipMegabytesOfGpus =
        EnumTable.of(Generation.class, g -> factors.value("sram_default_mb.gpu:" + g.label()));
    onChipMegabytes = notGpu("sram_default_mb.", factors);
    querySeconds = notGpu("query.", factors);
    postSeconds = notGpu("post.", factors);
    width1 = notGpu("width1.", factors);
    exchange1 =
        EnumTable.of(Kind.class, kind -> kind == Kind.NPU ? factors.value("exchange1.npu") : 0.0);
    kappa =
        EnumTable.of(
            Kind.class, kind -> EnumTable.of(Workload.Kind.class, w -> kappa(kind, w, factors)));
    kappaOfDecoders =
        EnumTable.of(Kind.class, kind -> factors.value("kappa." + Spelling.of(kind) + ".llm"));
    intervalUncalibrated = factors.value("iv_uncalibrated");
    intervals =
        EnumTable.of(
            Kind.class,
            kind ->
                EnumTable.of(
                    Scenario.class,
                    scenario ->
                        EnumTable.of(
                            Workload.Kind.class,
                            workload -> interval(kind, scenario, workload, factors))));
    trainingShare = factors.value("mfu_train");
    trainingOverlap = factors.value("train_overlap");
    trainingLinkShare = factors.value("train_link");
    trainingBytesPerParameter = factors.value("train_bytes_per_param");
    trainingTrafficPerParameter = factors.value("train_traffic_per_param");
    trainingActivationsPerHidden = factors.value("train_activations_per_hidden");
  }

  /** By how much a measured rate may differ from the predicted one. */
  double interval(Kind kind, Scenario scenario, Workload.Network network) {
    return network.calibrated()
        ? intervals.get(kind).get(scenario).get(network.kind())
        : intervalUncalibrated;
  }

  private static double interval(
      Kind kind, Scenario scenario, Workload.Kind workload, Factors factors) {
    var layers =
        switch (workload) {
          case CNN, DEPTHWISE -> "cnn";
          case ENCODER -> "encoder";
          case DENSE -> "dense";
        };
    return factors.value(
        "interval." + layers + "|" + scenario.label() + "|" + Spelling.of(kind), "iv_uncalibrated");
  }

  private static double kappa(Kind kind, Workload.Kind workload, Factors factors) {
    var layers =
        switch (workload) {
          case CNN -> "cnn";
          case DEPTHWISE -> "depthwise";
          // NPUs have one factor for all layers that fill their arrays
          case ENCODER, DENSE -> kind == Kind.NPU ? "cnn" : "encoder";
        };
    return factors.value("kappa." + Spelling.of(kind) + "." + layers);
  }

  /** A factor of every kind but GPUs, of which none is asked. */
  private static EnumTable<Kind, Double> notGpu(String prefix, Factors factors) {
    return EnumTable.of(
        Kind.class,
        kind -> kind == Kind.GPU ? Double.NaN : factors.value(prefix + Spelling.of(kind)));
  }
}
