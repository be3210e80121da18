package dev.sluice.schemas.cost;

import dev.sluice.schemas.accelerator.NumberFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/**
 * Predicts networks that write an answer token by token.
 *
 * <p>Reading the prompt is bound by arithmetic, writing by the memory that each step reads: weights
 * once for the whole batch, the cache of keys and values for each sample. A model may be split over
 * 1, 2, 4, ... devices (tensor parallelism, Shoeybi et al., arXiv 1909.08053), which exchange
 * activations twice a block; the split with the highest rate wins.
 */
final class DecoderModel {

  /** Batch where the size of memory isn't published. */
  private static final int BATCH_UNBOUNDED = 128;

  private static final double EXCHANGES_PER_LAYER = 2;

  /** Activations are exchanged in 16 bit. */
  private static final double EXCHANGED_BYTES = 2;

  private final Calibration calibration;

  DecoderModel(Calibration calibration) {
    this.calibration = calibration;
  }

  /** One split, and what it comes to. */
  private record Split(long devices, double batch, double rate, double seconds, Terms terms) {}

  Prediction predict(
      Device device,
      double memoryRate,
      Workload.Decoder decoder,
      Scenario scenario,
      NumberFormat format,
      int count) {
    var notes = new ArrayList<String>();
    if (!device.memorySizeKnown()) {
      notes.add(
          "The memory of one "
              + device.id()
              + " isn't published: nothing bounds what is kept there, and the"
              + " batch is "
              + BATCH_UNBOUNDED
              + ".");
    }
    double weightBytes = decoder.parameters() * Device.bytes(format);
    double cachePerToken = decoder.cacheElementsPerToken() * cacheBytes(format);
    double ownTokens = decoder.beams() * decoder.answerTokens();
    double cacheBytes = cachePerToken * (decoder.promptTokens() + ownTokens);
    var link = device.linkRate(notes);
    Split best = null;
    for (long devices = 1; devices <= count; devices *= 2) {
      double room = devices * device.memoryBytes() - weightBytes;
      if (room < cacheBytes || (devices > 1 && link.isEmpty())) {
        continue;
      }
      double batch =
          switch (scenario) {
            case OFFLINE ->
                device.memorySizeKnown()
                    ? Math.min(Math.floor(room / cacheBytes), calibration.batchMax)
                    : BATCH_UNBOUNDED;
            case SINGLE_STREAM -> 1;
          };
      var terms = terms(device, memoryRate, decoder, format, (double) devices, batch, link);
      double seconds =
          terms.computeSeconds()
              + terms.memorySeconds()
              + terms.interconnectSeconds()
              + terms.overheadSeconds();
      long replicas = scenario == Scenario.SINGLE_STREAM ? 1 : count / devices;
      double rate = (double) replicas / seconds;
      if (best == null || rate > best.rate) {
        best = new Split(devices, batch, rate, seconds, terms);
      }
    }
    return best == null
        ? tooLarge(device, decoder, format, weightBytes + cacheBytes, count, link)
        : predicted(device, decoder, format, count, best, notes);
  }

  private Terms terms(
      Device device,
      double memoryRate,
      Workload.Decoder decoder,
      NumberFormat format,
      double devices,
      double batch,
      OptionalDouble link) {
    double answer = decoder.answerTokens();
    double ownTokens = decoder.beams() * answer;
    double tokens = decoder.promptTokens() + ownTokens;
    double efficiency = decoder.efficiency() * calibration.kappaOfDecoders.get(device.kind());
    double weightBytes = decoder.parameters() * Device.bytes(format);
    double cachePerToken = decoder.cacheElementsPerToken() * cacheBytes(format);
    double weights = answer * weightBytes / (batch * devices * memoryRate);
    // the cache of the prompt is read once for all beams, that of the answer at half its length
    double cache =
        answer * cachePerToken * (decoder.promptTokens() + ownTokens / 2) / (devices * memoryRate);
    double exchanged =
        tokens
            * EXCHANGES_PER_LAYER
            * decoder.layers()
            * decoder.hidden()
            * EXCHANGED_BYTES
            * 2 // a ring passes every byte twice
            * (devices - 1)
            / devices;
    return new Terms(
        tokens * decoder.flopsPerToken() / (devices * device.sustainedRate(format) * efficiency),
        weights + cache,
        0,
        (answer + 1)
            * decoder.layers()
            * decoder.kernelsPerLayer()
            * calibration.kernelSeconds
            / batch,
        devices == 1 ? 0 : exchanged / (link.orElse(Double.NaN) * calibration.linkShare));
  }

  /** Bytes of an element of the cache, which is 8 bits wide where arithmetic is no wider. */
  static double cacheBytes(NumberFormat format) {
    return Math.clamp(Device.bytes(format), 1, 2);
  }

  private Prediction predicted(
      Device device,
      Workload.Decoder decoder,
      NumberFormat format,
      int count,
      Split split,
      List<String> notes) {
    if (split.devices > 1) {
      notes.add("The model is split over " + split.devices + " devices.");
    }
    notes.add("The batch is " + (long) split.batch + ".");
    var watts = device.watts();
    return new Prediction.Predicted(
        split.rate,
        split.seconds * split.batch * 1e3,
        watts == null ? null : watts * count / split.rate,
        format,
        split.terms.longest(),
        split.terms,
        Interval.around(split.rate, calibration.intervalUncalibrated),
        split.rate * decoder.answerTokens(),
        notes);
  }

  private static Prediction tooLarge(
      Device device,
      Workload.Decoder decoder,
      NumberFormat format,
      double needed,
      int count,
      OptionalDouble link) {
    var size =
        "The weights of "
            + decoder.name()
            + " and the cache of one sample take "
            + Amounts.gigabytes(needed)
            + " in "
            + format.label()
            + ", and ";
    return new Prediction.Impossible(
        List.of(
            count > 1 && link.isEmpty()
                ? size + Amounts.memory(1, device) + "; no link between several is published."
                : size + Amounts.memory(count, device) + "."));
  }
}
