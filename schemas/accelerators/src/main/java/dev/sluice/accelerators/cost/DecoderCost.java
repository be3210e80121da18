package dev.sluice.accelerators.cost;

import dev.sluice.accelerators.catalogue.NumberFormat;
import dev.sluice.platform.document.Amounts;
import java.util.Locale;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * Language models that write one token after the other. Prompt, matrix products and attention are
 * kernels that follow one another, so their times add up. Copies of the model may span as many
 * devices as the interconnect joins (tensor parallelism: Shoeybi et al., arXiv 1909.08053); the
 * span that answers most samples wins.
 */
final class DecoderCost {

  /** Activations that devices exchange have 16 bits. */
  private static final double EXCHANGED_BYTES = 2;

  /** Sums after attention and after the feed-forward part. */
  private static final double SUMS_PER_LAYER = 2;

  private final Device device;
  private final Workload.Decoder model;
  private final Scenario scenario;
  private final int count;
  private final Factors factors;
  private final OptionalDouble usableBytes;
  private final OptionalDouble link;
  private final int spanMax;
  private final double weightBytes;
  private final double cacheBytesPerToken;
  private final double cacheBytes;
  private final double rate;
  private final NumberFormat format;

  private DecoderCost(
      Device device,
      Workload.Decoder model,
      Scenario scenario,
      NumberFormat format,
      int count,
      Factors factors) {
    this.device = device;
    this.model = model;
    this.scenario = scenario;
    this.format = format;
    this.count = count;
    this.factors = factors;
    usableBytes = device.usableBytes();
    weightBytes = model.weightBytes(format);
    cacheBytesPerToken = model.kvBytesPerToken(format);
    cacheBytes = model.kvBytesPerSample(format);
    rate =
        device.peak(format)
            * device.sustained(format)
            * factors.efficiency(model.name(), Family.DECODER)
            * factors.kindEfficiency(device.kind(), Family.DECODER);
    if (usableBytes.isEmpty()) {
      device.note(
          "The size of the memory isn't published, so it is no bound here; a batch of "
              + Amounts.number(factors.decoding.batchUnsized())
              + " is assumed.");
    }
    spanMax = Math.min(count, device.joinedAtMost());
    link = count == 1 ? OptionalDouble.empty() : device.linkBytesPerSecond(spanMax);
  }

  static FamilyEstimate of(
      Device device,
      Workload.Decoder model,
      Scenario scenario,
      NumberFormat format,
      int count,
      Factors factors) {
    return new DecoderCost(device, model, scenario, format, count, factors).fastest();
  }

  private FamilyEstimate fastest() {
    FamilyEstimate.Runs best = null;
    for (int span = 1; span <= spanMax; span *= 2) {
      var estimate = on(span);
      if (estimate != null
          && (best == null || estimate.samplesPerSecond() > best.samplesPerSecond())) {
        best = estimate;
      }
    }
    if (best == null) {
      return tooLarge();
    }
    if (best.span() > 1) {
      device.note("Each copy of the model spans " + best.span() + " devices.");
    }
    int busy =
        switch (scenario) {
          case SINGLE_STREAM -> best.span();
          case OFFLINE -> count / best.span() * best.span();
        };
    if (busy < count) {
      device.note(
          switch (scenario) {
            case SINGLE_STREAM -> Device.oneStream(busy, count);
            case OFFLINE ->
                String.format(
                    Locale.ROOT, "Copies of the model keep %d of %d devices busy.", busy, count);
          });
    }
    return best;
  }

  /** Copies that span so many devices; null where they can't. */
  private FamilyEstimate.@Nullable Runs on(int span) {
    double capacity =
        usableBytes.isEmpty()
            ? Double.POSITIVE_INFINITY
            : span * usableBytes.getAsDouble() - weightBytes;
    if (capacity < cacheBytes || (span > 1 && link.isEmpty())) {
      return null;
    }
    double batch =
        switch (scenario) {
          case SINGLE_STREAM -> 1;
          case OFFLINE ->
              usableBytes.isEmpty()
                  ? factors.decoding.batchUnsized()
                  : Math.min(Math.floor(capacity / cacheBytes), factors.batchMax);
        };
    var lengths = model.lengths();
    double answer = lengths.answerTokens();
    double bandwidth = span * device.memoryBytesPerSecond();
    double compute = model.tokensComputed() * model.flopPerToken() / (span * rate);
    double weights = answer * weightBytes / (batch * bandwidth); // once for each token of a batch
    double cached = lengths.promptTokens() + lengths.beams() * answer / 2; // beams share the prompt
    double cache = answer * cacheBytesPerToken * cached / bandwidth;
    double kernels = (answer + 1) * model.layers() * factors.decoding.kernelsPerLayer();
    double overhead = kernels * factors.decoding.kernelSeconds() / batch;
    var terms = new TimeTerms(compute, weights + cache, 0, overhead, exchangeSeconds(span));
    double seconds = compute + weights + cache + terms.interconnect() + overhead;
    int copies = count / span;
    double perSecond =
        switch (scenario) {
          case SINGLE_STREAM -> 1 / seconds;
          case OFFLINE -> copies / seconds;
        };
    return new FamilyEstimate.Runs(
        perSecond, seconds * batch, span * seconds, terms, (int) batch, span);
  }

  /** A ring passes each sum around twice, but for the part that a device holds. */
  private double exchangeSeconds(int span) {
    if (span == 1) {
      return 0;
    }
    double bytes =
        model.tokensComputed() * SUMS_PER_LAYER * model.layers() * model.hidden() * EXCHANGED_BYTES;
    double passed = bytes * 2 * (span - 1) / span;
    return passed / (link.orElseThrow() * factors.transfers.linkShare());
  }

  private FamilyEstimate tooLarge() {
    double needed = weightBytes + cacheBytes;
    double each = usableBytes.orElse(Double.POSITIVE_INFINITY);
    double devices = powerOfTwo(Math.ceil(needed / each));
    return new FamilyEstimate.Fails(
        "%s needs %s for weights in %s and the cache of one sample; %s"
            .formatted(
                model.name(), Amounts.of(needed, "B"), format.label(), lacking(devices, each)));
  }

  /** Why so many devices aren't had or can't share a copy. */
  private String lacking(double devices, double each) {
    var joined = device.joined();
    int joins = device.joinedAtMost();
    if (devices <= count && link.isEmpty()) {
      return "one %s leaves %s to a model, and no link is published over which several could share it."
          .formatted(device.id(), Amounts.of(each, "B"));
    }
    if (devices > joins) {
      return "a copy would span %s x %s, which leave %s each to a model, and %s. Take a device with more memory or a smaller format."
          .formatted(
              Amounts.number(devices),
              device.id(),
              Amounts.of(each, "B"),
              joined.isEmpty()
                  ? String.format(
                      Locale.ROOT,
                      "how many its links join isn't published; %d, a node, are taken to be the"
                          + " most",
                      joins)
                  : "its interconnect joins " + joins);
    }
    return String.format(
        Locale.ROOT,
        "%d x %s leave %s to a model. Take at least %s of them, a device with more memory or a"
            + " smaller format.",
        count,
        device.id(),
        Amounts.of(count * each, "B"),
        Amounts.number(devices));
  }

  /** Copies span powers of two. */
  private static double powerOfTwo(double devices) {
    double power = 1;
    while (power < devices) {
      power *= 2;
    }
    return power;
  }
}
