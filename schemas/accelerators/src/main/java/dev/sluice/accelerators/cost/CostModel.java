package dev.sluice.accelerators.cost;

import dev.sluice.accelerators.catalogue.AcceleratorModel;
import dev.sluice.accelerators.catalogue.NumberFormat;
import dev.sluice.platform.document.Amounts;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How fast an accelerator answers samples of a workload: formulas over the catalogue's figures, the
 * workload's counts and a few factors, none of which belongs to one device. A pure function; {@code
 * schemas/accelerators/cost-model.md} has the formulas, factors and errors.
 */
public final class CostModel {

  /** More devices than any fleet has: it catches a slip of the pen. */
  public static final int COUNT_MAX = 1_000_000;

  static final String MODULE_POWER =
      "Its power is published of the module, so energy includes that of the processor and the"
          + " memory beside it.";

  private static final CostModel BUILT_IN = new CostModel(Factors.builtIn());

  private final Factors factors;

  CostModel(Factors factors) {
    this.factors = factors;
  }

  /** The model with the factors that ship with Sluice. */
  public static CostModel builtIn() {
    return BUILT_IN;
  }

  /** Every factor, with owner, reason and source. */
  public List<Factor> factors() {
    return factors.all();
  }

  /**
   * Predicts inference.
   *
   * @param accelerator what it runs on
   * @param workload what runs
   * @param scenario how samples come
   * @param format the number format to compute in; empty: the fastest that suits the workload
   * @param count devices of this kind, from 1 to {@link #COUNT_MAX}; a single stream uses one, or
   *     as many as share a decoder
   * @throws IllegalArgumentException if count is out of range
   */
  public Prediction predict(
      AcceleratorModel accelerator,
      Workload workload,
      Scenario scenario,
      Optional<NumberFormat> format,
      int count) {
    return predict(accelerator, workload, scenario, format, count, Integer.MAX_VALUE);
  }

  /**
   * Predicts inference by someone who has only so many samples, or computes so many at a time.
   *
   * @param batchMax most samples that are computed together, at least 1; decoders choose theirs
   * @throws IllegalArgumentException if count or batchMax is out of range
   */
  public Prediction predict(
      AcceleratorModel accelerator,
      Workload workload,
      Scenario scenario,
      Optional<NumberFormat> format,
      int count,
      int batchMax) {
    requireCount(count);
    if (batchMax < 1) {
      throw new IllegalArgumentException("A batch has at least one sample, not " + batchMax + ".");
    }
    if (!accelerator.infers()) {
      return new Prediction.Impossible(List.of(withoutInference(accelerator)));
    }
    return switch (workload) {
      case Workload.Unknown(var name, var parameters, var reasons) ->
          new Prediction.Unknown(reasons);
      case Workload.TrainingOnly training ->
          new Prediction.Unknown(
              List.of("Of " + training.name() + " only the cost of training is published."));
      case Workload.FeedForward network ->
          predict(accelerator, network, network.formats(), scenario, format, count, batchMax);
      case Workload.Decoder decoder ->
          predict(accelerator, decoder, decoder.formats(), scenario, format, count, batchMax);
    };
  }

  private Prediction predict(
      AcceleratorModel accelerator,
      Workload workload,
      List<NumberFormat> candidates,
      Scenario scenario,
      Optional<NumberFormat> asked,
      int count,
      int batchMax) {
    var choice = FormatChoice.of(accelerator, asked, candidates);
    return switch (choice) {
      case FormatChoice.Impossible(var reason) -> new Prediction.Impossible(List.of(reason));
      case FormatChoice.Unknown(var reason) -> new Prediction.Unknown(List.of(reason));
      case FormatChoice.Taken(var formats) ->
          accelerator.memory().gigabytesPerSecond() == null
              ? new Prediction.Unknown(List.of(withoutBandwidth(accelerator)))
              : fastest(accelerator, workload, scenario, formats, count, batchMax);
    };
  }

  /** In the format that is predicted fastest; of equally fast ones that of the highest peak. */
  private Prediction fastest(
      AcceleratorModel accelerator,
      Workload workload,
      Scenario scenario,
      List<NumberFormat> formats,
      int count,
      int batchMax) {
    var predictions =
        formats.stream()
            .map(
                format ->
                    predict(
                        Device.of(accelerator, factors),
                        workload,
                        scenario,
                        format,
                        count,
                        batchMax))
            .toList();
    return predictions.stream()
        .filter(Prediction.Predicted.class::isInstance)
        .max(Comparator.comparingDouble(CostModel::speed))
        .orElse(predictions.getFirst());
  }

  private static double speed(Prediction prediction) {
    return prediction instanceof Prediction.Predicted predicted ? predicted.samplesPerSecond() : 0;
  }

  private Prediction predict(
      Device device,
      Workload workload,
      Scenario scenario,
      NumberFormat format,
      int count,
      int batchMax) {
    return switch (estimate(device, workload, scenario, format, count, batchMax)) {
      case FamilyEstimate.Fails(var reasons) -> new Prediction.Impossible(reasons);
      case FamilyEstimate.Runs runs -> {
        notes(device, workload, format);
        double ratio = factors.intervalRatio(workload, scenario, device);
        yield new Prediction.Predicted(
            runs.samplesPerSecond(),
            runs.latencySeconds() * 1e3,
            joules(device, runs),
            format,
            runs.terms().largest(),
            runs.terms(),
            Interval.around(runs.samplesPerSecond(), ratio),
            device.notes());
      }
    };
  }

  private static void notes(Device device, Workload workload, NumberFormat format) {
    if (workload instanceof Workload.FeedForward network
        && network.origin() == Workload.Origin.COUNTED) {
      device.note(
          "Nothing was measured on "
              + network.name()
              + "; factors are those of its family, "
              + network.family().label()
              + ".");
    }
    if (workload.accuracy() == Accuracy.HIGH && format.bits() < 16) {
      device.note(
          "99.9 % of the accuracy is asked for. "
              + (Workload.HIGH_ACCURACY.contains(format)
                  ? format.label() + " is taken to keep it; fp16 surely does, and is slower."
                  : format.label() + " is not taken to keep it; fp16 is."));
    }
    switch (device.kind()) {
      case GPU, NPU -> {}
      case TPU, ASIC, CPU ->
          device.note("No device of this kind was among those that the factors were fitted to.");
    }
  }

  /** What the formulas come to; for a workload that has formulas. */
  FamilyEstimate estimate(
      Device device,
      Workload workload,
      Scenario scenario,
      NumberFormat format,
      int count,
      int batchMax) {
    return switch (workload) {
      case Workload.FeedForward network ->
          FeedForwardCost.of(device, network, scenario, format, count, batchMax, factors);
      case Workload.Decoder decoder ->
          DecoderCost.of(device, decoder, scenario, format, count, factors);
      case Workload.TrainingOnly training -> throw new IllegalArgumentException(training.name());
      case Workload.Unknown unknown -> throw new IllegalArgumentException(unknown.name());
    };
  }

  /**
   * At the thermal design power, all the time: an upper bound. Where only the range is published in
   * which the limit can be set, no figure is given, but a note.
   */
  private static @Nullable Double joules(Device device, FamilyEstimate.Runs runs) {
    if (device.isModule()) {
      device.note(MODULE_POWER);
    }
    var watts = device.watts();
    if (watts != null) {
      return watts * runs.deviceSeconds();
    }
    var most = device.wattsMax();
    if (most != null) {
      device.note(
          "Its thermal design power isn't published; at the "
              + Amounts.number(most)
              + " W that its limit can be set to, a sample takes at most "
              + Amounts.number(most * runs.deviceSeconds())
              + " J.");
    }
    return null;
  }

  /** Why a device without software of its vendor answers nothing. */
  public static String withoutInference(AcceleratorModel accelerator) {
    return "Inference is asked for, and " + accelerator.id() + " has no software for it.";
  }

  static String withoutBandwidth(AcceleratorModel accelerator) {
    return "The bandwidth of "
        + accelerator.id()
        + "'s memory isn't published. An operator's catalogue file can give it.";
  }

  static void requireCount(int count) {
    if (count < 1 || count > COUNT_MAX) {
      throw new IllegalArgumentException(
          "There are 1 to " + COUNT_MAX + " devices, not " + count + ".");
    }
  }
}
