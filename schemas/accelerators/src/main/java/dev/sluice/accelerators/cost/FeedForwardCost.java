package dev.sluice.accelerators.cost;

import dev.sluice.accelerators.catalogue.AcceleratorModel.Kind;
import dev.sluice.accelerators.catalogue.NumberFormat;
import dev.sluice.platform.document.Amounts;

/**
 * Networks whose answer takes one pass: a roofline (Williams et al., CACM 52(4), 2009) whose terms
 * overlap in part, with on-chip memory and the latency of the pass.
 */
final class FeedForwardCost {

  private static final double TERA = 1e12;

  private final Device device;
  private final Workload.FeedForward network;
  private final NumberFormat format;
  private final Factors factors;
  private final double bytes;
  private final double weightBytes;
  private final double activationBytes;
  private final double layerBytes;
  private final double onChipBytes;
  private final double hostSeconds;
  private final double sustainedRate;
  private final double share16;
  private final double efficiency;

  private FeedForwardCost(
      Device device, Workload.FeedForward network, NumberFormat format, Factors factors) {
    this.device = device;
    this.network = network;
    this.format = format;
    this.factors = factors;
    bytes = format.bits() / 8.0;
    weightBytes = network.weightBytes(format);
    activationBytes = network.activations() * bytes;
    layerBytes = network.largest() * bytes;
    sustainedRate = device.peak(format) * device.sustained(format);
    share16 = share16();
    efficiency =
        factors.efficiency(network.name(), network.family())
            * factors.kindEfficiency(device.kind(), network.family());
    onChipBytes = device.onChipBytes();
    hostSeconds = device.hostSeconds(network.input());
  }

  static FamilyEstimate of(
      Device device,
      Workload.FeedForward network,
      Scenario scenario,
      NumberFormat format,
      int count,
      int batchMax,
      Factors factors) {
    var usable = device.usableBytes();
    double needed = network.weightBytes(format);
    if (usable.isPresent() && needed > usable.getAsDouble()) {
      return tooLarge(device, network, format, needed, "weights");
    }
    var cost = new FeedForwardCost(device, network, format, factors);
    return switch (scenario) {
      case OFFLINE -> cost.offline(count, Math.min(batchMax, factors.batchMax));
      case SINGLE_STREAM -> cost.singleStream(count);
    };
  }

  /** The share of the operations that has to run in 16 bits where the rest runs in 8 or less. */
  private double share16() {
    if (network.family() != Family.ENCODER || device.kind() != Kind.NPU || bytes > 1) {
      return 0;
    }
    if (device.peak16().isEmpty()) {
      device.note(
          "No 16-bit rate is published, so all of the encoder is taken to run in "
              + format.label()
              + ", which may miss 99 % of its accuracy.");
      return 0;
    }
    return factors.encoderShare16Bit;
  }

  /**
   * Seconds of arithmetic. What runs in 16 bits is charged with the ratio of the peaks, also where
   * one query fills neither: so measurements say. But nothing takes longer than all of it in 16
   * bits.
   *
   * @param width operations per second in 8 bits that can be busy at once, at most
   */
  private double computeSeconds(double flops, double width) {
    double rate = Math.min(sustainedRate, width / bytes);
    if (share16 > 0) {
      double peak16 = device.peak16().orElseThrow() * TERA;
      double longer = (1 - share16) + share16 * device.peak(format) / peak16;
      double rate16 = Math.min(peak16 * device.sustained(format), width / 2);
      device.note(
          "%s %% of the encoder are taken to run in 16 bits, for accuracy; all of it in %s would take up to %s times less arithmetic time."
              .formatted(Amounts.number(share16 * 100), format.label(), Amounts.number(longer)));
      rate = Math.max(rate / longer, rate16);
    }
    return flops / (rate * efficiency);
  }

  /**
   * The fastest batch: a small one stays in on-chip memory, a large one shares the latency of a
   * pass and the reading of weights.
   */
  private FamilyEstimate offline(int count, int batchMax) {
    int cached = (int) Math.min(onChipBytes / layerBytes, Integer.MAX_VALUE);
    boolean cachedCounts = cached >= 1 && cached <= batchMax;
    double overhead = overheadSeconds();
    double compute = computeSeconds(network.flops(), Double.POSITIVE_INFINITY);
    double best = Double.POSITIVE_INFINITY;
    int bestBatch = 0;
    for (int batch = 1; batch <= batchMax; batch *= 2) {
      // in ascending order, so that of equally fast batches the smallest wins
      if (cachedCounts && cached > batch / 2 && cached < batch) {
        double seconds = seconds(cached, compute, overhead);
        if (seconds < best) {
          best = seconds;
          bestBatch = cached;
        }
      }
      double seconds = seconds(batch, compute, overhead);
      if (seconds < best) {
        best = seconds;
        bestBatch = batch;
      }
    }
    if (bestBatch == 0) {
      return tooLarge(
          device, network, format, weightBytes + 2 * layerBytes, "weights and activations");
    }
    double shared = count > 1 ? factors.sharedHost : 1;
    return new FamilyEstimate.Runs(
        count * shared / best,
        best * bestBatch,
        best / shared,
        new TimeTerms(compute, memorySeconds(bestBatch), hostSeconds, overhead / bestBatch, 0),
        bestBatch,
        1);
  }

  /** Seconds of a sample in a batch; infinite where the batch doesn't fit. */
  private double seconds(int batch, double compute, double overhead) {
    var usable = device.usableBytes();
    if (usable.isPresent() && weightBytes + 2.0 * batch * layerBytes > usable.getAsDouble()) {
      return Double.POSITIVE_INFINITY;
    }
    return overhead / batch + overlapped(compute, memorySeconds(batch), hostSeconds);
  }

  private double memorySeconds(int batch) {
    double missed = Math.max(0, 1 - onChipBytes / (batch * layerBytes));
    return (activationBytes * missed + weightBytes / batch) / device.memoryBytesPerSecond();
  }

  /**
   * One sample at a time. The weights of a layer must have come before its only row of tiles can
   * end, so they overlap with nothing. Devices other than GPUs keep them on chip between queries,
   * as far as they fit.
   */
  private FamilyEstimate singleStream(int count) {
    if (count > 1) {
      device.note(Device.oneStream(1, count));
    }
    double compute = computeSeconds(network.singleStreamFlops(), queryWidth());
    double missed = Math.max(0, 1 - onChipBytes / layerBytes);
    if (device.kind() == Kind.NPU) {
      missed = Math.max(missed, factors.latency.queryExchange());
    }
    double missedWeights = device.isGpu() ? 1 : Math.max(0, 1 - onChipBytes / weightBytes);
    double weights = weightBytes * missedWeights / device.memoryBytesPerSecond();
    double activations = activationBytes * missed / device.memoryBytesPerSecond();
    double overhead = overheadSeconds();
    if (!device.isGpu() && network.detector()) {
      overhead += factors.latency.decodingSeconds().getOrDefault(device.kind(), 0.0);
    }
    double seconds = overhead + weights + overlapped(compute, activations, hostSeconds);
    return new FamilyEstimate.Runs(
        1 / seconds,
        seconds,
        seconds,
        new TimeTerms(compute, weights + activations, hostSeconds, overhead, 0),
        1,
        1);
  }

  /** Operations per second in 8 bits that one query keeps busy; noted where the device has more. */
  private double queryWidth() {
    if (device.isGpu()) {
      return Double.POSITIVE_INFINITY;
    }
    double width =
        factors.latency.queryWidth().getOrDefault(device.kind(), Double.POSITIVE_INFINITY);
    if (width / bytes < sustainedRate) {
      device.note(
          "One query is taken to keep at most %s of %s %s in %s busy: compute is the time of that part, and a wider device answers a single stream no sooner."
              .formatted(
                  Amounts.number(width / bytes / TERA),
                  Amounts.number(sustainedRate / TERA),
                  format.rateUnit(),
                  format.label()));
    }
    return width;
  }

  private double overheadSeconds() {
    return overheadSeconds(device, network, factors);
  }

  /** Time of a pass that no arithmetic fills: launches, and the way of a query to the device. */
  static double overheadSeconds(Device device, Workload.FeedForward network, Factors factors) {
    if (!device.isGpu()) {
      return factors.latency.querySeconds().getOrDefault(device.kind(), 0.0);
    }
    return factors.passSeconds(network.name(), network.layers())
        * (1 + factors.latency.narrowTops() / device.width8());
  }

  /** Times that overlap in part: their p-norm, between the sum and the largest. */
  private double overlapped(double first, double second, double third) {
    double p = factors.overlapExponent;
    return Math.pow(Math.pow(first, p) + Math.pow(second, p) + Math.pow(third, p), 1 / p);
  }

  private static FamilyEstimate.Fails tooLarge(
      Device device, Workload network, NumberFormat format, double needed, String what) {
    return new FamilyEstimate.Fails(
        "%s needs %s for %s in %s; %s leaves %s to a model. Take a device with more memory or a smaller format."
            .formatted(
                network.name(),
                Amounts.of(needed, "B"),
                what,
                format.label(),
                device.id(),
                Amounts.of(device.usableBytes().orElse(0), "B")));
  }
}
