package dev.sluice.accelerators.cost;

import dev.sluice.accelerators.catalogue.AcceleratorModel;
import dev.sluice.accelerators.catalogue.AcceleratorModel.Kind;
import dev.sluice.accelerators.catalogue.Measurement;
import dev.sluice.accelerators.catalogue.MemoryClass;
import dev.sluice.accelerators.catalogue.NumberFormat;
import dev.sluice.accelerators.catalogue.Power;
import dev.sluice.platform.document.Amounts;
import dev.sluice.platform.document.Spelling;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * An accelerator as the formulas see it: bytes, seconds and operations, with the factors of memory
 * and links applied. Notes what it had to assume, for one prediction.
 */
final class Device {

  private static final double GIGA = 1e9;
  private static final double MEGA = 1e6;
  private static final double TERA = 1e12;
  private static final double BITS_PER_BYTE = 8;

  /**
   * Stands for the width of a device that publishes no rate at all: so wide that it never counts.
   */
  private static final double WIDE_TOPS = 1e9;

  private final AcceleratorModel model;
  private final Factors factors;
  private final double gigabytesPerSecond;
  private final List<String> notes = new ArrayList<>(2);

  /**
   * @param gigabytesPerSecond published bandwidth of its memory
   */
  private Device(AcceleratorModel model, double gigabytesPerSecond, Factors factors) {
    this.model = model;
    this.gigabytesPerSecond = gigabytesPerSecond;
    this.factors = factors;
  }

  /**
   * The device.
   *
   * @throws IllegalArgumentException if the bandwidth of its memory isn't published
   */
  static Device of(AcceleratorModel model, Factors factors) {
    var bandwidth = model.memory().gigabytesPerSecond();
    if (bandwidth == null) {
      throw new IllegalArgumentException(CostModel.withoutBandwidth(model));
    }
    return new Device(model, bandwidth, factors);
  }

  Kind kind() {
    return model.kind();
  }

  boolean isGpu() {
    return model.kind() == Kind.GPU;
  }

  String id() {
    return model.id();
  }

  void note(String note) {
    notes.add(note);
  }

  List<String> notes() {
    return notes;
  }

  /** Operations per second at the published peak of a format that has one. */
  double peak(NumberFormat format) {
    return model.peak(format).orElseThrow() * TERA;
  }

  /** The published rate in 16 bits, in TFLOPS. */
  OptionalDouble peak16() {
    var half = model.peak(NumberFormat.FP16);
    return half.isPresent() ? half : model.peak(NumberFormat.BF16);
  }

  /** Thermal design power in watts; null where it isn't published. */
  @Nullable Double watts() {
    return model.power().tdpWatts();
  }

  /** Whether the power is that of a module with a processor of its own. */
  boolean isModule() {
    return model.power().scope() == Power.Scope.MODULE;
  }

  /** The most that the device's limit can be set to, in watts; null where it isn't published. */
  @Nullable Double wattsMax() {
    return model.power().mostWatts();
  }

  /** Bytes per second that streaming from memory reaches. */
  double memoryBytesPerSecond() {
    return gigabytesPerSecond * GIGA * factors.transfers.memoryShare();
  }

  /** Bytes that a model may take; empty where the size of the memory isn't published. */
  OptionalDouble usableBytes() {
    var left = MemoryLeft.of(model, factors);
    return left.isEmpty() ? OptionalDouble.empty() : OptionalDouble.of(left.get().bytes());
  }

  /** Seconds that bytes take from the host; 0, with a note, where the link isn't published. */
  double hostSeconds(double bytes) {
    var link = model.hostLink().gigabytesPerSecond();
    if (link == null) {
      note("The bandwidth of the host link isn't published, so it is no bound here.");
      return 0;
    }
    return bytes / (link * GIGA * factors.transfers.linkShare());
  }

  /** Bytes beside the arithmetic units; assumed, with a note, where they aren't published. */
  double onChipBytes() {
    var published = model.onChip().megabytes();
    if (published != null) {
      return published * MEGA;
    }
    double assumed = factors.onChipMegabytes(model);
    note(
        "The size of on-chip memory isn't published; "
            + Amounts.number(assumed)
            + " MB are assumed, as usual for a "
            + Spelling.of(model.kind()).toUpperCase(Locale.ROOT)
            + " of its generation.");
    return assumed * MEGA;
  }

  /** The note on a stream of single samples that can't use all devices. */
  static String oneStream(int busy, int count) {
    return String.format(
        Locale.ROOT,
        "A single stream keeps %d of %d devices busy; energy counts no others.",
        busy,
        count);
  }

  /** How wide the device is: its rate in 8 bits in TOPS, from wider formats where need be. */
  double width8() {
    for (var eightBits : List.of(NumberFormat.INT8, NumberFormat.FP8)) {
      var peak = model.peak(eightBits);
      if (peak.isPresent()) {
        return peak.getAsDouble();
      }
    }
    var sixteenBits = peak16();
    if (sixteenBits.isPresent()) {
      return 2 * sixteenBits.getAsDouble();
    }
    var single = model.peak(NumberFormat.FP32);
    return single.isPresent() ? 4 * single.getAsDouble() : WIDE_TOPS;
  }

  /**
   * Share of the peak's clock that the device sustains, on a scale on which the A100 SXM has 1: the
   * geometric mean of what its power limit leaves and what was measured in large matrix products; 1
   * where neither is known.
   */
  double sustained(NumberFormat format) {
    double power = clockOfPower();
    double measured = measuredClock(format);
    if (Double.isNaN(power)) {
      return Double.isNaN(measured) ? 1 : measured;
    }
    return Double.isNaN(measured) ? power : Math.sqrt(power * measured);
  }

  /**
   * Only GPUs: other vendors quote peaks at the card's power. NaN where it can't be told, as of a
   * module, whose processor takes an unknown part of the power.
   */
  private double clockOfPower() {
    var watts = watts();
    var peak = peak16();
    if (!isGpu() || watts == null || isModule() || peak.isEmpty()) {
      return Double.NaN;
    }
    var clock = factors.clock;
    var family = model.memory().memoryClass().orElse(MemoryClass.DDR);
    double picojoules = clock.bitEnergy().getOrDefault(family, 0.0);
    double memoryWatts = gigabytesPerSecond * GIGA * BITS_PER_BYTE * picojoules * 1e-12;
    double arithmeticWatts = Math.max(clock.leastPowerShare() * watts, watts - memoryWatts);
    double need = clock.need().getOrDefault(Generation.of(model), 1.0);
    double share = arithmeticWatts / peak.getAsDouble() / (clock.referencePower() * need);
    return Math.min(1, Math.pow(share, clock.exponent()));
  }

  private double measuredClock(NumberFormat format) {
    double measured =
        format.bits() <= BITS_PER_BYTE ? measured(Measurement.MATMUL_FP8) : Double.NaN;
    if (Double.isNaN(measured)) {
      measured = measured(Measurement.MATMUL_BF16);
    }
    return measured / factors.clock.referenceMatmul();
  }

  private double measured(String name) {
    for (Measurement measurement : model.measured()) {
      var value = measurement.value();
      if (value != null && measurement.name().equals(name)) {
        return value;
      }
    }
    return Double.NaN;
  }

  /**
   * Devices that exchange as neighbours do; a network joins more. Empty where nobody says, and
   * where neighbours exchange over host links, which reach as far as the host does.
   */
  OptionalInt joined() {
    var interconnect = model.interconnect();
    boolean published =
        interconnect.unidirectionalGigabytesPerSecond() != null
            || interconnect.totalGigabytesPerSecond() != null;
    var joins = interconnect.joins();
    return joins == null || !published ? OptionalInt.empty() : OptionalInt.of(joins);
  }

  /** The same; where nobody says, as many as a node has. */
  int joinedAtMost() {
    return joined().orElse(factors.transfers.spanUnpublished());
  }

  /**
   * Bytes per second in one direction that each of so many devices passes on in a ring: the
   * interconnect's as far as it reaches. Beyond, the ports of all devices that it joins carry the
   * ring together, as NCCL's channels do. Empty where nothing is published.
   */
  OptionalDouble linkBytesPerSecond(int devices) {
    var between = linkBytesPerSecond();
    int joined = joinedAtMost();
    if (between.isEmpty() || devices <= joined) {
      return between;
    }
    double port = portBytesPerSecond();
    note(
        joined().isEmpty()
            ? String.format(
                Locale.ROOT,
                "How many devices links of %s join isn't published; %d, a node, are taken to be,"
                    + " and a network port of %s for each is supposed beyond.",
                id(),
                joined,
                Amounts.of(port, "B/s"))
            : String.format(
                Locale.ROOT,
                "%s joins %d devices; a network port of %s for each is supposed beyond.",
                model.interconnect().kind(),
                joined,
                Amounts.of(port, "B/s")));
    return OptionalDouble.of(Math.min(between.getAsDouble(), joined * port));
  }

  /** A device reaches its network port over its host link. */
  private double portBytesPerSecond() {
    var host = model.hostLink().gigabytesPerSecond();
    return host == null
        ? factors.transfers.networkRate()
        : Math.min(host * GIGA, factors.transfers.networkRate());
  }

  /**
   * Published bytes per second in one direction between devices; the host link's, with a note,
   * where no interconnect is published; empty where neither is.
   */
  private OptionalDouble linkBytesPerSecond() {
    var interconnect = model.interconnect();
    var oneWay = interconnect.unidirectionalGigabytesPerSecond();
    if (oneWay != null) {
      return OptionalDouble.of(oneWay * GIGA);
    }
    var total = interconnect.totalGigabytesPerSecond();
    if (total != null) {
      return switch (interconnect.counted()) {
        case ONE_WAY -> OptionalDouble.of(total * GIGA);
        case BOTH_WAYS -> OptionalDouble.of(total * GIGA / 2);
        case NOT_STATED -> {
          note("The interconnect's direction isn't stated; half of its total is taken.");
          yield OptionalDouble.of(total * GIGA / 2);
        }
      };
    }
    var host = model.hostLink().gigabytesPerSecond();
    if (host == null) {
      return OptionalDouble.empty();
    }
    note("No interconnect is published; devices exchange over their host links.");
    return OptionalDouble.of(host * GIGA);
  }
}
