package dev.sluice.accelerators.cost;

import dev.sluice.accelerators.catalogue.AcceleratorModel;
import dev.sluice.accelerators.catalogue.NumberFormat;
import dev.sluice.platform.document.Amounts;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How long a step of data-parallel training takes: arithmetic, the optimizer's memory traffic, and
 * what the backward pass doesn't hide of the all-reduce. Nothing in it is fitted. Activations of
 * language models, which aren't known, and waiting for the slowest device are left out, so
 * efficiencies are optimistic.
 */
public final class TrainingCost {

  private static final List<NumberFormat> CANDIDATES =
      List.of(NumberFormat.BF16, NumberFormat.FP16, NumberFormat.TF32, NumberFormat.FP32);

  /** Formats of which a step is predicted where they are asked for. */
  private static final List<NumberFormat> FORMATS =
      Stream.concat(CANDIDATES.stream(), Stream.of(NumberFormat.FP8)).toList();

  private final Device device;
  private final NumberFormat format;
  private final Workload workload;
  private final double parameters;
  private final double flops;
  private final double launchSeconds;
  private final int count;
  private final Factors factors;

  private TrainingCost(
      Device device,
      NumberFormat format,
      Workload workload,
      double flops,
      int count,
      Factors factors) {
    this.device = device;
    this.format = format;
    this.workload = workload;
    this.parameters = workload.parameters();
    this.flops = flops;
    this.launchSeconds = launchSeconds(device, workload, factors);
    this.count = count;
    this.factors = factors;
  }

  /**
   * Predicts one step.
   *
   * @param accelerator what it runs on
   * @param workload what is trained
   * @param format the number format of the arithmetic; empty: the fastest of bf16, fp16, tf32 and
   *     fp32; fp8 is taken where it is asked for
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
    if (format.isPresent() && !FORMATS.contains(format.get())) {
      return noGradients(accelerator, format.get());
    }
    return switch (FormatChoice.of(accelerator, format, CANDIDATES, FORMATS)) {
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
                workload,
                workload.trainingFlop().orElseThrow(),
                count,
                factors)
            .step(samplesPerDevice);
      }
    };
  }

  private static double launchSeconds(Device device, Workload workload, Factors factors) {
    return workload instanceof Workload.FeedForward network && ofUser(network)
        ? factors.training.passes() * FeedForwardCost.overheadSeconds(device, network, factors)
        : 0;
  }

  private static TrainingPrediction noGradients(AcceleratorModel accelerator, NumberFormat format) {
    var take = FormatChoice.take(accelerator, FORMATS);
    return format.bits() > 8
        ? new TrainingPrediction.Unknown(
            List.of("Nothing is known here of training in " + format.label() + take))
        : new TrainingPrediction.Impossible(
            List.of(
                "Gradients don't fit into the "
                    + format.bits()
                    + " bits of "
                    + format.label()
                    + take));
  }

  private TrainingPrediction step(long samplesPerDevice) {
    double state = parameters * factors.training.stateBytes();
    double activations = activationBytes(samplesPerDevice);
    var published = device.usableBytes();
    if (published.isEmpty()) {
      device.note("The size of the memory isn't published, so it is no bound here.");
    }
    double usable = published.orElse(Double.POSITIVE_INFINITY);
    boolean sharded = state + activations > usable;
    if (sharded && state / count + activations > usable) {
      return new TrainingPrediction.Impossible(
          List.of(tooLarge(state, activations, samplesPerDevice, usable)));
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
   * What a device keeps from the forward pass of its samples. Of users' networks nothing: their
   * workers compute a shard at a time, whose activations admission counts.
   */
  private double activationBytes(long samplesPerDevice) {
    return ofUser(workload)
        ? 0
        : samplesPerDevice * workload.activationsKept().orElse(0) * format.bits() / 8.0;
  }

  private static boolean ofUser(Workload workload) {
    return workload instanceof Workload.FeedForward network
        && network.origin() == Workload.Origin.COUNTED;
  }

  private String tooLarge(double state, double activations, long samples, double usable) {
    var needs =
        "%s needs %s for parameters, gradients and Adam state"
            .formatted(workload.name(), Amounts.of(state, "B"));
    if (activations >= usable) {
      return String.format(
          Locale.ROOT,
          "%s, and on each device %s for activations of %d samples in %s; %s leaves %s. Take fewer"
              + " samples a step or a device with more memory.",
          needs,
          Amounts.of(activations, "B"),
          samples,
          format.label(),
          device.id(),
          Amounts.of(usable, "B"));
    }
    return String.format(
        Locale.ROOT,
        "%s%s; %d x %s leave %s. Take at least %s of them, or a device with more memory.",
        needs,
        activations == 0
            ? ""
            : " and %s for activations on each device".formatted(Amounts.of(activations, "B")),
        count,
        device.id(),
        Amounts.of(count * usable, "B"),
        Amounts.number(Math.ceil(state / (usable - activations))));
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
    notes();
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
        new TimeTerms(compute, memory, 0, launchSeconds, exposed).largest(),
        sharded,
        device.notes());
  }

  private void notes() {
    device.note(
        workload.activationsKept().isPresent()
            ? "No step was measured, and no device lags behind: optimistic."
            : "Memory for activations is not counted, and no step was measured: optimistic.");
    if (format == NumberFormat.FP8) {
      device.note(
          "All matrix products are taken to run in fp8, and gradients, updates and the state of the"
              + " optimizer in 16 and 32 bits: optimistic, as parts of a network don't train in"
              + " 8.");
    }
    if (device.isModule()) {
      device.note(CostModel.MODULE_POWER);
    }
  }

  private @Nullable Double joules(double seconds) {
    var watts = device.watts();
    return watts == null ? null : Double.valueOf(watts * count * seconds);
  }
}
