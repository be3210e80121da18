package dev.sluice.accelerators.capability;

import dev.sluice.accelerators.catalogue.AcceleratorModel;
import dev.sluice.accelerators.catalogue.NumberFormat;
import dev.sluice.accelerators.catalogue.Training;
import dev.sluice.accelerators.cost.CostModel;
import dev.sluice.accelerators.cost.MemoryLeft;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.Reason;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** What an accelerator lacks for a job. A device that lacks nothing can run it. */
public final class Capability {

  private static final double GB = 1e9;

  private static final Set<NumberFormat> INSTEAD_OF_FP32 =
      Set.of(NumberFormat.TF32, NumberFormat.BF16, NumberFormat.FP16);

  private Capability() {}

  /**
   * Every reason why devices of this kind can't do the work.
   *
   * @return empty where they can, as far as is known: what isn't published refuses nothing
   */
  public static List<Reason> objections(Requirements needs, AcceleratorModel model) {
    var reasons = new ArrayList<Reason>();
    purpose(needs, model, reasons);
    formats(needs, model, reasons);
    memory(needs, model, reasons);
    interconnect(needs, model, reasons);
    return reasons;
  }

  /**
   * The format whose rate counts when a device computes in some formats: the fastest of those whose
   * rate is published. Where the formats include 32-bit floats and none of them has a published
   * rate, it is the fastest float format that has one, as vendors' compilers convert to it.
   *
   * @return empty where no rate is published
   */
  public static Optional<NumberFormat> rated(Set<NumberFormat> formats, AcceleratorModel model) {
    var own = fastest(formats, model);
    return own.isPresent()
            || !formats.contains(NumberFormat.FP32)
            || model.refuses(NumberFormat.FP32)
        ? own
        : fastest(INSTEAD_OF_FP32, model);
  }

  private static Optional<NumberFormat> fastest(Set<NumberFormat> formats, AcceleratorModel model) {
    return formats.stream()
        .filter(format -> model.peak(format).isPresent())
        .max(
            Comparator.<NumberFormat>comparingDouble(format -> model.peak(format).orElse(0))
                .thenComparing(Comparator.reverseOrder()));
  }

  private static void purpose(Requirements needs, AcceleratorModel model, List<Reason> reasons) {
    switch (needs.purpose()) {
      case TRAIN -> {
        if (!model.trains()) {
          reasons.add(
              new Reason(
                  Code.NO_TRAINING,
                  "Training is asked for, and "
                      + lack(model.training())
                      + " training software for "
                      + model.id()
                      + "."));
        }
      }
      case INFER -> {
        if (!model.infers()) {
          reasons.add(new Reason(Code.NO_INFERENCE, CostModel.withoutInference(model)));
        }
      }
      case QUANTISE -> {
        // Done on the worker's host, whatever device is beside it, as vendors' own tools do it.
      }
    }
  }

  private static String lack(Training training) {
    return switch (training.vendorSoftware()) {
      case YES, NO -> "there is no";
      case UNKNOWN -> "there is no published";
    };
  }

  /** A format that is neither accepted nor excluded by anything published may be taken. */
  private static void formats(Requirements needs, AcceleratorModel model, List<Reason> reasons) {
    if (!needs.formats().stream().allMatch(model::refuses)) {
      return;
    }
    reasons.add(
        new Reason(
            Code.FORMAT_MISSING,
            "The numbers are "
                + labels(needs.formats(), " or ")
                + ", and "
                + model.id()
                + (model.formats().isEmpty()
                    ? " doesn't take these"
                    : " computes in " + labels(model.formats(), ", "))
                + quantisable(needs, model)));
  }

  private static String quantisable(Requirements needs, AcceleratorModel model) {
    return needs.purpose() == Requirements.Purpose.INFER
            && model.formats().contains(NumberFormat.INT8)
        ? ". A job of `kind: quantisation` makes an int8 version of the model."
        : ".";
  }

  private static void memory(Requirements needs, AcceleratorModel model, List<Reason> reasons) {
    var need = needs.memory();
    var left = MemoryLeft.of(model);
    if (need == null || left.isEmpty()) {
      return;
    }
    double each = need.bytes() / needs.devices();
    if (each > left.get().bytes()) {
      reasons.add(
          new Reason(
              Code.MEMORY_TOO_SMALL,
              String.format(
                  Locale.ROOT,
                  "It needs %s GB for %s%s, and %s has %s.",
                  number(need.bytes() / GB),
                  need.what(),
                  needs.devices() > 1
                      ? ", " + number(each / GB) + " GB on each of " + needs.devices()
                      : "",
                  model.id(),
                  left.get().describe())));
    }
  }

  private static void interconnect(
      Requirements needs, AcceleratorModel model, List<Reason> reasons) {
    if (needs.devices() > 1 && model.interconnect().isNone()) {
      reasons.add(
          new Reason(
              Code.NO_INTERCONNECT,
              String.format(
                  Locale.ROOT,
                  "It is spread over %d devices, which exchange what they compute in every step,"
                      + " and %s has no interconnect between devices (%s).",
                  needs.devices(),
                  model.id(),
                  model.interconnect().kind())));
    }
  }

  private static String number(double value) {
    return value >= 100
        ? String.format(Locale.ROOT, "%,.0f", value)
        : String.format(Locale.ROOT, "%.3g", value);
  }

  private static String labels(Collection<NumberFormat> formats, String between) {
    return formats.stream().sorted().map(NumberFormat::label).collect(Collectors.joining(between));
  }
}
