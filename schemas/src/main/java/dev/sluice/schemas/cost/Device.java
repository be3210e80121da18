package dev.sluice.schemas.cost;

import dev.sluice.schemas.accelerator.AcceleratorModel;
import dev.sluice.schemas.accelerator.AcceleratorModel.Kind;
import dev.sluice.schemas.accelerator.MemoryClass;
import dev.sluice.schemas.accelerator.NumberFormat;
import dev.sluice.schemas.cost.Calibration.Generation;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * What the cost model derives from the published figures of a device. All of it is in operations,
 * bytes and seconds, while the catalogue has TFLOPS, GB/s and MB.
 */
final class Device {

  private static final double TERA = 1e12;
  private static final double GIGA = 1e9;
  private static final double MEGA = 1e6;
  private static final int BITS = 8;

  /** Least share of the power that is left to arithmetic, however much the memory takes. */
  private static final double POWER_LEFT_MIN = 0.1;

  /** Parallel width in TOPS of a device that publishes no rate at all. */
  private static final double WIDTH_UNKNOWN = 1e9;

  private final AcceleratorModel model;
  private final Calibration calibration;

  Device(AcceleratorModel model, Calibration calibration) {
    this.model = model;
    this.calibration = calibration;
  }

  static double bytes(NumberFormat format) {
    return format.bits() / (double) BITS;
  }

  String id() {
    return model.id();
  }

  Kind kind() {
    return model.kind();
  }

  boolean isGpu() {
    return model.kind() == Kind.GPU;
  }

  /** The published dense peak in TFLOPS or TOPS; null: there is none. */
  @Nullable Double peakTera(NumberFormat format) {
    return model.rates().peaks().get(format);
  }

  /** Operations a second at the clock that the device sustains; of a format with a peak. */
  double sustainedRate(NumberFormat format) {
    var peak = peakTera(format);
    return peak == null ? 0 : peak * TERA * sustainedShare(format);
  }

  /** The published 16-bit peak in TFLOPS; null: there is none. */
  @Nullable Double peak16Tera() {
    var fp16 = peakTera(NumberFormat.FP16);
    return fp16 == null ? peakTera(NumberFormat.BF16) : fp16;
  }

  /** Bytes a second of memory that are reached; empty where it isn't published. */
  OptionalDouble memoryRate() {
    var rate = model.memory().gigabytesPerSecond();
    return rate == null
        ? OptionalDouble.empty()
        : OptionalDouble.of(rate * GIGA * calibration.memoryShare);
  }

  /** Bytes of memory that models may fill; infinite where the size isn't published. */
  double memoryBytes() {
    var size = model.memory().gigabytes();
    return size == null ? Double.POSITIVE_INFINITY : size * GIGA * calibration.usableMemory;
  }

  boolean memorySizeKnown() {
    return model.memory().gigabytes() != null;
  }

  /** Bytes of memory beside the arithmetic; a default, with a note, where it isn't published. */
  double onChipBytes(List<String> notes) {
    var published = model.onChip().megabytes();
    if (published != null) {
      return published * MEGA;
    }
    double assumed =
        isGpu()
            ? calibration.onChipMegabytesOfGpus.get(generation())
            : calibration.onChipMegabytes.get(kind());
    notes.add(
        "The on-chip memory of "
            + id()
            + " isn't published: "
            + (long) assumed
            + " MB are assumed.");
    return assumed * MEGA;
  }

  /** Seconds that bytes take from the host; 0, with a note, where the link isn't published. */
  double hostSeconds(double bytes, List<String> notes) {
    var rate = model.hostLink().gigabytesPerSecond();
    if (rate == null) {
      notes.add("The host link of %s isn't published: it bounds nothing.".formatted(id()));
      return 0;
    }
    return bytes / (rate * GIGA * calibration.linkShare);
  }

  /**
   * Published bytes a second from one device to another, in one direction; empty where nothing is
   * published.
   */
  OptionalDouble linkRate(List<String> notes) {
    var link = model.interconnect();
    var oneWay = link.unidirectionalGigabytesPerSecond();
    if (oneWay != null) {
      return OptionalDouble.of(oneWay * GIGA);
    }
    var total = link.totalGigabytesPerSecond();
    if (total != null) {
      if (link.direction().contains("unidirectional") || link.direction().contains("one-way")) {
        return OptionalDouble.of(total * GIGA);
      }
      if (link.direction().contains("not stated")) {
        notes.add(
            "The direction of %s's interconnect isn't published: half of its total is assumed."
                .formatted(id()));
      }
      return OptionalDouble.of(total * GIGA / 2);
    }
    var host = model.hostLink().gigabytesPerSecond();
    if (host == null) {
      return OptionalDouble.empty();
    }
    notes.add(
        "No interconnect of %s is published: devices exchange over the host link.".formatted(id()));
    return OptionalDouble.of(host * GIGA);
  }

  /** Thermal design power in watts; null: it isn't published. */
  @Nullable Double watts() {
    return model.power().tdpWatts();
  }

  /** Parallel width: the 8-bit peak in TOPS, or what another peak stands for. */
  double width8() {
    return width(NumberFormat.INT8, 1)
        .or(() -> width(NumberFormat.FP8, 1))
        .or(() -> width(NumberFormat.FP16, 2))
        .or(() -> width(NumberFormat.BF16, 2))
        .or(() -> width(NumberFormat.FP32, 4))
        .orElse(WIDTH_UNKNOWN);
  }

  private Optional<Double> width(NumberFormat format, double factor) {
    var peak = peakTera(format);
    return peak == null ? Optional.empty() : Optional.of(peak * factor);
  }

  private Generation generation() {
    if (peakTera(NumberFormat.FP4) != null) {
      return Generation.FP4;
    }
    return peakTera(NumberFormat.BF16) == null && peakTera(NumberFormat.FP8) == null
        ? Generation.PRE_BF16
        : Generation.BF16_FP8;
  }

  /**
   * Share of the peak's clock that the device sustains; 1 is that of the A100 SXM. It is the
   * geometric mean of two estimates: what its power allows, and what was measured of it.
   */
  double sustainedShare(NumberFormat format) {
    var byPower = shareByPower();
    var byMeasurement = shareByMeasurement(format);
    if (byPower.isPresent() && byMeasurement.isPresent()) {
      return Math.sqrt(byPower.getAsDouble() * byMeasurement.getAsDouble());
    }
    return byPower.orElse(byMeasurement.orElse(1));
  }

  /**
   * Under a power cap the clock follows the cube root of the power, since P ~ f V^2 and V ~ f; what
   * memory takes comes off first.
   */
  private OptionalDouble shareByPower() {
    var watts = model.power().tdpWatts();
    var peak16 = peak16Tera();
    var memoryRate = model.memory().gigabytesPerSecond();
    if (!isGpu() || watts == null || peak16 == null || memoryRate == null) {
      return OptionalDouble.empty();
    }
    var memory = model.memory().memoryClass().orElse(MemoryClass.DDR);
    double memoryWatts = memoryRate * GIGA * BITS * calibration.joulesPerBit.get(memory);
    double left = Math.max(POWER_LEFT_MIN * watts, watts - memoryWatts) / peak16;
    double needed = calibration.powerReference * calibration.energyOfOperation.get(generation());
    return OptionalDouble.of(Math.min(1, Math.pow(left / needed, calibration.powerExponent)));
  }

  private OptionalDouble shareByMeasurement(NumberFormat format) {
    var efficiency = OptionalDouble.empty();
    if (format.bits() <= BITS) {
      efficiency = measured("matmul-fp8-efficiency");
    }
    if (efficiency.isEmpty()) {
      efficiency = measured("matmul-bf16-efficiency");
    }
    return efficiency.isPresent()
        ? OptionalDouble.of(efficiency.getAsDouble() / calibration.matmulReference)
        : efficiency;
  }

  private OptionalDouble measured(String name) {
    for (var measurement : model.measured()) {
      var value = measurement.value();
      if (measurement.name().equals(name) && value != null) {
        return OptionalDouble.of(value);
      }
    }
    return OptionalDouble.empty();
  }
}
