package dev.sluice.schemas.cost;

import dev.sluice.schemas.accelerator.AcceleratorModel;
import dev.sluice.schemas.accelerator.NumberFormat;
import dev.sluice.schemas.document.Amounts;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How long a step of data-parallel training takes: arithmetic, the optimizer's memory traffic, and
 * what the backward pass doesn't hide of the all-reduce. Nothing in it is fitted. Memory for
 * activations and the slowest device's lead are left out, so efficiencies are optimistic.
 */
public final class TrainingCost {

  private static final List<NumberFormat> CANDIDATES =
      List.of(NumberFormat.BF16, NumberFormat.FP16, NumberFormat.TF32, NumberFormat.FP32);

  private final Device device;
  private final NumberFormat format;
  private final double parameters;
  private final double flops;
  private final double launchSeconds;
  private final int count;
  private final Factors factors;

  private TrainingCost(
      Device device,
      NumberFormat format,
      double parameters,
      double flops,
      double launchSeconds,
      int count,
      Factors factors) {
    this.device = device;
    this.format = format;
    this.parameters = parameters;
    this.flops = flops;
    this.launchSeconds = launchSeconds;
    this.count = count;
    this.factors = factors;
  }

  /**
   * Predicts one step.
   *
   * @param accelerator what it runs on
   * @param workload what is trained
   * @param format the number format of the arithmetic; empty: the fastest of bf16, fp16, tf32 and
   *     fp32
   * @param samplesPerDevice rows, or tokens of a language model, per device and step
   * @param count devices of this kind, from 1 to {@link CostModel#COUNT_MAX}
   * @throws IllegalArgumentException if samplesPerDevice or count is out of range
   */
  public static TrainingPrediction predict(
      AcceleratorModel accelerator,
      Workload workload,
      Optional<NumberFormat> format,
      long samplesPerDevice,
      int count) {
    CostModel.requireCount(count);
    if (samplesPerDevice < 1) {
      throw new IllegalArgumentException(
          "A step has at least one sample per device, not " + samplesPerDevice + ".");
    }
    switch (accelerator.training().vendorSoftware()) {
      case NO -> {
        return new TrainingPrediction.Impossible(
            List.of(
                accelerator.id()
                    + " only infers: its vendor has no software that trains on it. Take an"
                    + " accelerator that trains; `sluice accelerators` tells which do."));
      }
      case UNKNOWN -> {
        return new TrainingPrediction.Unknown(
            List.of(
                "Whether "
                    + accelerator.id()
                    + " trains isn't published. An operator's catalogue file can say that it"
                    + " does."));
      }
      case YES -> {}
    }
    if (workload instanceof Workload.Unknown unknown) {
      return new TrainingPrediction.Unknown(unknown.reasons());
    }
    if (format.isPresent() && isWhole(format.get())) {
      return new TrainingPrediction.Impossible(
          List.of(
              "Gradients don't fit into the whole numbers of "
                  + format.get().label()
                  + ". Take a floating-point format."));
    }
    return switch (FormatChoice.of(accelerator, format, CANDIDATES)) {
      case FormatChoice.Impossible(var reason) ->
          new TrainingPrediction.Impossible(List.of(reason));
      case FormatChoice.Unknown(var reason) -> new TrainingPrediction.Unknown(List.of(reason));
      case FormatChoice.Taken(var taken) -> {
        if (accelerator.memory().gigabytesPerSecond() == null) {
          yield new TrainingPrediction.Unknown(List.of(CostModel.withoutBandwidth(accelerator)));
        }
        var factors = Factors.builtIn();
        var device = Device.of(accelerator, factors);
        yield new TrainingCost(
                device,
                taken.getFirst(),
                workload.parameters(),
                workload.trainingFlop().orElseThrow(),
                launchSeconds(device, workload, factors),
                count,
                factors)
            .step(samplesPerDevice, workload.name());
      }
    };
  }

  private static double launchSeconds(Device device, Workload workload, Factors factors) {
    return workload instanceof Workload.FeedForward network
            && network.origin() == Workload.Origin.COUNTED
        ? factors.training.passes() * FeedForwardCost.overheadSeconds(device, network, factors)
        : 0;
  }

  private static boolean isWhole(NumberFormat format) {
    return switch (format) {
      case INT8, INT4 -> true;
      case FP64, FP32, TF32, FP16, BF16, FP8, FP4 -> false;
    };
  }

  private TrainingPrediction step(long samplesPerDevice, String name) {
    double state = parameters * factors.training.stateBytes();
    double usable = device.usableBytes().orElse(Double.POSITIVE_INFINITY);
    boolean sharded = state > usable;
    if (sharded && state / count > usable) {
      return new TrainingPrediction.Impossible(
          List.of(
              ("%s needs %s for parameters, gradients and Adam state; %d x %s leave %s. Take at"
                      + " least %s of them, or a device with more memory.")
                  .formatted(
                      name,
                      Amounts.of(state, "B"),
                      count,
                      device.id(),
                      Amounts.of(count * usable, "B"),
                      Amounts.number(Math.ceil(state / usable)))));
    }
    double allReduce = 0;
    if (count > 1) {
      var link = device.linkBytesPerSecond(count);
      if (link.isEmpty()) {
        return new TrainingPrediction.Unknown(
            List.of(
                "Neither an interconnect nor a host link of "
                    + device.id()
                    + " is published, over which "
                    + count
                    + " devices could exchange gradients."));
      }
      allReduce = allReduceSeconds(link.getAsDouble(), sharded);
    }
    return predicted(samplesPerDevice, sharded, allReduce);
  }

  /**
   * A ring passes gradients around twice (reduce, then gather); where parameters are sharded they
   * are gathered once more for the backward pass (ZeRO: Rajbhandari et al., arXiv 1910.02054).
   */
  private double allReduceSeconds(double linkBytesPerSecond, boolean sharded) {
    double rounds = sharded ? 3 : 2;
    double bytes = parameters * (format.bits() <= 16 ? 2 : 4);
    return rounds
        * (count - 1.0)
        / count
        * bytes
        / (linkBytesPerSecond * factors.training.linkShare());
  }

  private TrainingPrediction predicted(long samplesPerDevice, boolean sharded, double allReduce) {
    var shares = factors.training;
    double rate = device.peak(format) * device.sustained(format) * shares.efficiency();
    double compute = flops * samplesPerDevice / rate;
    double traffic = parameters * shares.updateTraffic() / (sharded ? count : 1);
    double memory = traffic / device.memoryBytesPerSecond();
    double exposed = Math.max(0, allReduce - shares.overlap() * compute);
    device.note("Memory for activations is not counted, and no step was measured: optimistic.");
    if (count > 1 && device.joined().isEmpty()) {
      device.note(
          "How many devices the interconnect joins isn't published: all "
              + count
              + " are taken to be joined as well as two neighbours are, and none to lag behind:"
              + " optimistic.");
    }
    double step = launchSeconds + compute + memory + exposed;
    return new TrainingPrediction.Predicted(
        step,
        compute,
        memory,
        exposed,
        allReduce,
        (double) samplesPerDevice * count / step,
        (launchSeconds + compute + memory) / step,
        joules(step),
        format,
        new Terms(compute, memory, 0, launchSeconds, exposed).largest(),
        sharded,
        device.notes());
  }

  private @Nullable Double joules(double seconds) {
    var watts = device.watts();
    return watts == null ? null : Double.valueOf(watts * count * seconds);
  }
}
