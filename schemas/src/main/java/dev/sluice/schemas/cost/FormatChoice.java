package dev.sluice.schemas.cost;

import dev.sluice.schemas.accelerator.AcceleratorModel;
import dev.sluice.schemas.accelerator.NumberFormat;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The number format that a prediction is for. */
sealed interface FormatChoice {

  /** What a device may compute in, the earlier first where peaks are equal. */
  List<NumberFormat> NETWORKS =
      List.of(NumberFormat.INT8, NumberFormat.FP8, NumberFormat.FP16, NumberFormat.BF16);

  List<NumberFormat> DECODERS =
      List.of(NumberFormat.FP8, NumberFormat.INT8, NumberFormat.FP16, NumberFormat.BF16);

  /** Networks of one's own hold 32-bit weights, so that they run as they are as well. */
  List<NumberFormat> OWN =
      List.of(
          NumberFormat.INT8,
          NumberFormat.FP8,
          NumberFormat.FP16,
          NumberFormat.BF16,
          NumberFormat.TF32,
          NumberFormat.FP32);

  List<NumberFormat> TRAINING =
      List.of(NumberFormat.BF16, NumberFormat.FP16, NumberFormat.TF32, NumberFormat.FP32);

  /** A format whose peak is published. */
  record Chosen(NumberFormat format) implements FormatChoice {}

  /** The device doesn't take it. */
  record Refused(String reason) implements FormatChoice {}

  /** The device takes it, or may, at a rate that isn't published. */
  record Unpublished(String reason) implements FormatChoice {}

  /** The asked format, or the fastest of several. */
  static FormatChoice of(
      AcceleratorModel model, Optional<NumberFormat> asked, List<NumberFormat> candidates) {
    return asked.isPresent() ? asked(model, asked.get()) : fastest(model, candidates);
  }

  private static FormatChoice asked(AcceleratorModel model, NumberFormat format) {
    if (model.peaks().containsKey(format)) {
      return new Chosen(format);
    }
    if (model.formats().isEmpty() || model.ratesUnpublished().contains(format)) {
      return new Unpublished(unpublished(model, format.label()));
    }
    return new Refused(
        "%s publishes no %s rate, only %s."
            .formatted(model.id(), format.label(), labels(model.formats())));
  }

  private static FormatChoice fastest(AcceleratorModel model, List<NumberFormat> candidates) {
    NumberFormat fastest = null;
    double highest = 0;
    for (var format : candidates) {
      double peak = model.peaks().getOrDefault(format, 0.0);
      if (peak > highest) {
        fastest = format;
        highest = peak;
      }
    }
    if (fastest != null) {
      return new Chosen(fastest);
    }
    boolean some = candidates.stream().anyMatch(model.ratesUnpublished()::contains);
    if (some || model.peaks().isEmpty()) {
      return new Unpublished(unpublished(model, labels(candidates)));
    }
    return new Refused(
        "%s publishes no rate in any of %s, only in %s."
            .formatted(model.id(), labels(candidates), labels(model.formats())));
  }

  private static String unpublished(AcceleratorModel model, String what) {
    return "How fast %s computes in %s isn't published.".formatted(model.id(), what);
  }

  private static String labels(Collection<NumberFormat> formats) {
    return formats.stream().map(NumberFormat::label).collect(Collectors.joining(", "));
  }
}
