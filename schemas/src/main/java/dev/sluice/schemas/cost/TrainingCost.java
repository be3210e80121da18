package dev.sluice.schemas.cost;

import dev.sluice.schemas.accelerator.AcceleratorModel;
import dev.sluice.schemas.accelerator.NumberFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Predicts one optimizer step of data-parallel training with Adam in mixed precision. Nothing here
 * was fitted. Where one device doesn't hold weights and optimizer state, they are spread over all
 * (ZeRO, Rajbhandari et al., arXiv 1910.02054).
 */
public final class TrainingCost {

  private static final Calibration CALIBRATION = Calibration.BUILT_IN;

  private TrainingCost() {}

  /**
   * Predicts a step.
   *
   * @param accelerator the device
   * @param workload what the model asks
   * @param format number format of the arithmetic; empty: the fastest that trains
   * @param samplesPerDevice samples of a step on one device, or tokens of a model of tokens
   * @param count number of devices, at least 1
   * @throws IllegalArgumentException if there is no device or no sample
   */
  public static TrainingPrediction predict(
      AcceleratorModel accelerator,
      Workload workload,
      Optional<NumberFormat> format,
      long samplesPerDevice,
      int count) {
    if (count < 1 || samplesPerDevice < 1) {
      throw new IllegalArgumentException(
          "A step has 1 device and 1 sample or more, not "
              + count
              + " and "
              + samplesPerDevice
              + ".");
    }
    var trained =
        switch (workload) {
          case Workload.Unknown nothing -> unknown(nothing.reason());
          case Workload.Known known -> predict(accelerator, known, format, samplesPerDevice, count);
        };
    return switch (accelerator.training().vendorSoftware()) {
      case YES -> trained;
      case NO -> {
        var reasons = new ArrayList<String>();
        reasons.add("The vendor of " + accelerator.id() + " has no software that trains on it.");
        if (trained instanceof TrainingPrediction.Impossible(var others)) {
          reasons.addAll(others);
        }
        yield new TrainingPrediction.Impossible(reasons);
      }
      case UNKNOWN ->
          trained instanceof TrainingPrediction.Impossible
              ? trained
              : unknown("Whether software trains on " + accelerator.id() + " isn't known.");
    };
  }

  private static TrainingPrediction predict(
      AcceleratorModel accelerator,
      Workload.Known workload,
      Optional<NumberFormat> asked,
      long samplesPerDevice,
      int count) {
    if (asked.isPresent() && isWhole(asked.get())) {
      return impossible(
          asked.get().label() + " holds whole numbers, and gradients are none: it doesn't train.");
    }
    return switch (FormatChoice.of(accelerator, asked, FormatChoice.TRAINING)) {
      case FormatChoice.Refused(var reason) -> impossible(reason);
      case FormatChoice.Unpublished(var reason) -> unknown(reason);
      case FormatChoice.Chosen(var format) -> {
        var device = new Device(accelerator, CALIBRATION);
        var memoryRate = device.memoryRate();
        yield memoryRate.isEmpty()
            ? unknown("The memory bandwidth of " + accelerator.id() + " isn't published.")
            : step(device, memoryRate.getAsDouble(), workload, format, samplesPerDevice, count);
      }
    };
  }

  private static TrainingPrediction step(
      Device device,
      double memoryRate,
      Workload.Known workload,
      NumberFormat format,
      long samplesPerDevice,
      int count) {
    double n = count;
    double stateBytes = workload.parameters() * CALIBRATION.trainingBytesPerParameter;
    boolean sharded = stateBytes > device.memoryBytes();
    if (stateBytes / n > device.memoryBytes()) {
      return impossible(
          "Weights and optimizer state of "
              + workload.name()
              + " take "
              + Amounts.gigabytes(stateBytes)
              + ", and "
              + Amounts.memory(count, device)
              + ".");
    }
    var notes = new ArrayList<String>();
    double compute =
        workload.trainingFlops()
            * samplesPerDevice
            / (device.sustainedRate(format) * CALIBRATION.trainingShare);
    double memory =
        workload.parameters()
            * CALIBRATION.trainingTrafficPerParameter
            / memoryRate
            / (sharded ? n : 1);
    var link = count == 1 ? OptionalDouble.of(1) : device.linkRate(notes);
    if (link.isEmpty()) {
      return unknown(
          "Neither an interconnect nor a host link of " + device.id() + " is published.");
    }
    double gradientBytes = workload.parameters() * (Device.bytes(format) <= 2 ? 2 : 4);
    double passes = sharded ? 3 : 2; // sharded weights are gathered once more
    double allReduce =
        passes * (n - 1) / n * gradientBytes / (link.getAsDouble() * CALIBRATION.trainingLinkShare);
    double exposed = Math.max(0, allReduce - CALIBRATION.trainingOverlap * compute);
    double step = compute + memory + exposed;
    var watts = device.watts();
    return new TrainingPrediction.Predicted(
        step,
        compute,
        memory,
        allReduce,
        exposed,
        (compute + memory) / step,
        watts == null ? null : watts * n * step,
        format,
        sharded,
        notes);
  }

  private static boolean isWhole(NumberFormat format) {
    return switch (format) {
      case INT8, INT4 -> true;
      case FP64, FP32, TF32, FP16, BF16, FP8, FP4 -> false;
    };
  }

  private static TrainingPrediction impossible(String reason) {
    return new TrainingPrediction.Impossible(List.of(reason));
  }

  private static TrainingPrediction unknown(String reason) {
    return new TrainingPrediction.Unknown(List.of(reason));
  }
}
