package dev.sluice.schemas.cost;

import dev.sluice.schemas.accelerator.AcceleratorModel;
import dev.sluice.schemas.accelerator.NumberFormat;
import java.util.List;
import java.util.Optional;

/**
 * Predicts how fast a kind of device runs a model, from published figures of the device and sums
 * over the model's layers. A few numbers were fitted to published MLPerf Inference results; {@code
 * factors.yaml} lists them, with those that are a judgement. Nothing is measured here.
 */
public final class CostModel {

  private static final CostModel BUILT_IN = new CostModel(Calibration.BUILT_IN);

  private final Calibration calibration;
  private final FeedForwardModel networks;
  private final DecoderModel decoders;

  CostModel(Calibration calibration) {
    this.calibration = calibration;
    networks = new FeedForwardModel(calibration);
    decoders = new DecoderModel(calibration);
  }

  /** The model with the factors that ship with Sluice. */
  public static CostModel builtIn() {
    return BUILT_IN;
  }

  /**
   * Predicts one model on one kind of device.
   *
   * @param accelerator the device
   * @param workload what the model asks
   * @param scenario how samples arrive
   * @param format number format of the arithmetic, taken literally; empty: the fastest that the
   *     model may run in
   * @param count number of devices, at least 1
   * @throws IllegalArgumentException if there is no device
   */
  public Prediction predict(
      AcceleratorModel accelerator,
      Workload workload,
      Scenario scenario,
      Optional<NumberFormat> format,
      int count) {
    if (count < 1) {
      throw new IllegalArgumentException(
          "A prediction is for 1 device or more, not " + count + ".");
    }
    return switch (workload) {
      case Workload.Unknown unknown -> unknown(unknown.reason());
      case Workload.TrainingOnly training ->
          unknown(
              "Of "
                  + training.name()
                  + " the operations of training are published, and no others.");
      case Workload.Network network ->
          predict(accelerator, network, scenario, choose(accelerator, network, format), count);
      case Workload.Decoder decoder ->
          predict(
              accelerator,
              decoder,
              scenario,
              FormatChoice.of(accelerator, format, FormatChoice.DECODERS),
              count);
    };
  }

  private static FormatChoice choose(
      AcceleratorModel accelerator, Workload.Network network, Optional<NumberFormat> format) {
    return FormatChoice.of(
        accelerator, format, network.calibrated() ? FormatChoice.NETWORKS : FormatChoice.OWN);
  }

  private Prediction predict(
      AcceleratorModel accelerator,
      Workload.Known workload,
      Scenario scenario,
      FormatChoice choice,
      int count) {
    return switch (choice) {
      case FormatChoice.Refused(var reason) -> new Prediction.Impossible(List.of(reason));
      case FormatChoice.Unpublished(var reason) -> unknown(reason);
      case FormatChoice.Chosen(var format) -> {
        var device = new Device(accelerator, calibration);
        var memoryRate = device.memoryRate();
        if (memoryRate.isEmpty()) {
          yield unknown("The memory bandwidth of " + accelerator.id() + " isn't published.");
        }
        double rate = memoryRate.getAsDouble();
        yield switch (workload) {
          case Workload.Network network ->
              networks.predict(device, rate, network, scenario, format, count);
          case Workload.Decoder decoder ->
              decoders.predict(device, rate, decoder, scenario, format, count);
          case Workload.TrainingOnly training -> unknown(training.name() + " is for training.");
        };
      }
    };
  }

  private static Prediction unknown(String reason) {
    return new Prediction.Unknown(List.of(reason));
  }
}
