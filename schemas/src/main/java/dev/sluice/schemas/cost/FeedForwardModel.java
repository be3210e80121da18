package dev.sluice.schemas.cost;

import dev.sluice.schemas.accelerator.AcceleratorModel.Kind;
import dev.sluice.schemas.accelerator.NumberFormat;
import java.util.ArrayList;
import java.util.List;

/**
 * Predicts networks that answer a sample in one pass.
 *
 * <p>A roofline (Williams et al., CACM 52(4), 2009) with three additions: arithmetic, memory and
 * host overlap in part, so that their times join by a p-norm; activations that fit into on-chip
 * memory do not go through the device's memory; and a fixed latency comes on top, which a batch
 * shares.
 */
final class FeedForwardModel {

  private final Calibration calibration;

  FeedForwardModel(Calibration calibration) {
    this.calibration = calibration;
  }

  /** What a prediction of one network on one device is made of. */
  private record Parts(
      Device device,
      Workload.Network network,
      double rate,
      double bytes,
      double efficiency,
      double weightBytes,
      double activationBytes,
      double workingBytes,
      double onChipBytes,
      double memoryRate,
      double hostSeconds) {}

  Prediction predict(
      Device device,
      double memoryRate,
      Workload.Network network,
      Scenario scenario,
      NumberFormat format,
      int count) {
    var notes = new ArrayList<String>();
    double bytes = Device.bytes(format);
    double weightBytes = network.parameters() * bytes;
    if (weightBytes > device.memoryBytes()) {
      return new Prediction.Impossible(
          List.of(
              "The weights of "
                  + network.name()
                  + " take "
                  + Amounts.gigabytes(weightBytes)
                  + " in "
                  + format.label()
                  + ", and "
                  + Amounts.memory(1, device)
                  + "."));
    }
    var parts =
        new Parts(
            device,
            network,
            device.sustainedRate(format),
            bytes,
            efficiency(device, network, format, notes),
            weightBytes,
            network.activations() * bytes,
            network.largestLayer() * bytes,
            device.onChipBytes(notes),
            memoryRate,
            device.hostSeconds(network.inputBytes(), notes));
    return switch (scenario) {
      case OFFLINE -> offline(parts, format, count, notes);
      case SINGLE_STREAM -> singleStream(parts, format, notes);
    };
  }

  private double efficiency(
      Device device, Workload.Network network, NumberFormat format, List<String> notes) {
    double efficiency =
        network.efficiency() * calibration.kappa.get(device.kind()).get(network.kind());
    boolean mixed =
        network.kind() == Workload.Kind.ENCODER
            && device.kind() == Kind.NPU
            && Device.bytes(format) <= 1;
    if (!mixed) {
      return efficiency;
    }
    var peak = device.peakTera(format);
    var peak16 = device.peak16Tera();
    if (peak == null || peak16 == null) {
      notes.add(
          "%s publishes no 16-bit rate: all of the encoder is taken to run in %s, which may miss"
                  .formatted(device.id(), format.label())
              + " the benchmark's accuracy.");
      return efficiency;
    }
    double share16 = calibration.encoder16Bit;
    return efficiency / ((1 - share16) + share16 * peak / peak16);
  }

  private Prediction offline(Parts parts, NumberFormat format, int count, List<String> notes) {
    int batch = 0;
    double seconds = Double.POSITIVE_INFINITY;
    Terms terms = null;
    for (int candidate : batches(parts)) {
      if (parts.weightBytes + 2.0 * candidate * parts.workingBytes > parts.device.memoryBytes()) {
        continue;
      }
      var candidateTerms = offlineTerms(parts, candidate);
      double candidateSeconds =
          candidateTerms.overheadSeconds()
              + overlapped(
                  candidateTerms.computeSeconds(),
                  candidateTerms.memorySeconds(),
                  candidateTerms.hostLinkSeconds());
      if (candidateSeconds < seconds) {
        batch = candidate;
        seconds = candidateSeconds;
        terms = candidateTerms;
      }
    }
    if (terms == null) {
      return new Prediction.Impossible(
          List.of(
              "Weights and layers of "
                  + parts.network.name()
                  + " take "
                  + Amounts.gigabytes(parts.weightBytes + 2 * parts.workingBytes)
                  + " in "
                  + format.label()
                  + " for one sample, and "
                  + Amounts.memory(1, parts.device)
                  + "."));
    }
    notes.add("The batch is " + batch + ".");
    double share = count > 1 ? calibration.multi : 1;
    return predicted(
        parts,
        Scenario.OFFLINE,
        format,
        count * share / seconds,
        seconds * batch,
        seconds / share,
        terms,
        notes);
  }

  private Terms offlineTerms(Parts parts, int batch) {
    double missed = Math.max(0, 1 - parts.onChipBytes / (batch * parts.workingBytes));
    return new Terms(
        parts.network.flops() / (parts.rate * parts.efficiency),
        (parts.activationBytes * missed + parts.weightBytes / batch) / parts.memoryRate,
        parts.hostSeconds,
        overheadSeconds(parts, Scenario.OFFLINE) / batch,
        0);
  }

  /** Powers of two, and the largest batch that stays in on-chip memory, in order. */
  private List<Integer> batches(Parts parts) {
    var batches = new ArrayList<Integer>();
    double onChip = Math.floor(parts.onChipBytes / parts.workingBytes);
    int before = 0;
    for (int batch = 1; batch <= calibration.batchMax; batch *= 2) {
      if (onChip > before && onChip < batch) {
        batches.add((int) onChip);
      }
      batches.add(batch);
      before = batch;
    }
    if (onChip > before && onChip <= calibration.batchMax) {
      batches.add((int) onChip);
    }
    return batches;
  }

  private Prediction singleStream(Parts parts, NumberFormat format, List<String> notes) {
    var device = parts.device;
    double rate =
        device.isGpu()
            ? parts.rate
            : Math.min(parts.rate, calibration.width1.get(device.kind()) / parts.bytes);
    double compute = parts.network.flopsSingle() / (rate * parts.efficiency);
    // a layer split over cores passes its activations through the device's memory
    double missed =
        Math.max(
            Math.max(0, 1 - parts.onChipBytes / parts.workingBytes),
            calibration.exchange1.get(device.kind()));
    // all but GPUs keep weights in on-chip memory between queries
    double weightsMissed =
        device.isGpu() || parts.weightBytes == 0
            ? 1
            : Math.max(0, 1 - parts.onChipBytes / parts.weightBytes);
    double weights = parts.weightBytes * weightsMissed / parts.memoryRate;
    double activations = parts.activationBytes * missed / parts.memoryRate;
    double overhead = overheadSeconds(parts, Scenario.SINGLE_STREAM);
    // a layer's weights must be there before its only rows can finish: they don't overlap
    double seconds = overhead + weights + overlapped(compute, activations, parts.hostSeconds);
    var terms = new Terms(compute, weights + activations, parts.hostSeconds, overhead, 0);
    return predicted(
        parts, Scenario.SINGLE_STREAM, format, 1 / seconds, seconds, seconds, terms, notes);
  }

  private double overheadSeconds(Parts parts, Scenario scenario) {
    var kind = parts.device.kind();
    if (parts.device.isGpu()) {
      return parts.network.serialSeconds() * (1 + calibration.narrow / parts.device.width8());
    }
    boolean decodes = parts.network.detects() && scenario == Scenario.SINGLE_STREAM;
    return calibration.querySeconds.get(kind) + (decodes ? calibration.postSeconds.get(kind) : 0);
  }

  /** Times that overlap in part: between their sum, at p = 1, and their maximum. */
  private double overlapped(double a, double b, double c) {
    double p = calibration.norm;
    return Math.pow(Math.pow(a, p) + Math.pow(b, p) + Math.pow(c, p), 1 / p);
  }

  private Prediction predicted(
      Parts parts,
      Scenario scenario,
      NumberFormat format,
      double rate,
      double latencySeconds,
      double secondsPerSample,
      Terms terms,
      List<String> notes) {
    var watts = parts.device.watts();
    if (!parts.network.calibrated()) {
      notes.add("Nothing was fitted to this network: its efficiency is that of similar ones.");
    }
    return new Prediction.Predicted(
        rate,
        latencySeconds * 1e3,
        watts == null ? null : watts * secondsPerSample,
        format,
        terms.longest(),
        terms,
        Interval.around(rate, calibration.interval(parts.device.kind(), scenario, parts.network)),
        null,
        notes);
  }
}
