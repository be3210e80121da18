package dev.sluice.accelerators.catalogue;

import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * What a kind of device can do, as published. What is not published is null and never guessed.
 *
 * @param id name in the catalogue
 * @param vendor who makes it
 * @param name what the vendor calls it
 * @param kind what sort of device it is
 * @param rates number formats and how fast each is
 * @param onChip memory beside the arithmetic units
 * @param memory memory for weights and activations
 * @param interconnect what joins several devices
 * @param hostLink what joins it to its host
 * @param power what it draws
 * @param product what is known of it as a product
 * @param training whether it trains
 * @param software the vendor's software
 * @param measured what was measured on it
 * @param disagreements points on which sources differ
 * @param origin where it stands in the catalogue
 */
public record AcceleratorModel(
    String id,
    String vendor,
    String name,
    Kind kind,
    Rates rates,
    OnChipMemory onChip,
    Memory memory,
    Interconnect interconnect,
    HostLink hostLink,
    Power power,
    Product product,
    Training training,
    Software software,
    List<Measurement> measured,
    List<Disagreement> disagreements,
    Origin origin) {

  /** Sorts of devices. */
  public enum Kind {
    GPU,
    /** A chip for inference. */
    NPU,
    TPU,
    /** A chip for machine learning that its vendor calls none of these. */
    ASIC,
    CPU
  }

  public AcceleratorModel {
    measured = List.copyOf(measured);
    disagreements = List.copyOf(disagreements);
  }

  /**
   * A model of which no figure is known.
   *
   * @param formats all number formats that it takes
   */
  public static AcceleratorModel withoutFigures(
      String id,
      String vendor,
      String name,
      Kind kind,
      Set<NumberFormat> formats,
      Training training,
      Software software) {
    return new AcceleratorModel(
        id,
        vendor,
        name,
        kind,
        Rates.only(formats),
        OnChipMemory.UNKNOWN,
        Memory.UNKNOWN,
        Interconnect.UNKNOWN,
        HostLink.UNKNOWN,
        Power.UNKNOWN,
        Product.UNKNOWN,
        training,
        software,
        List.of(),
        List.of(),
        Origin.PROGRAM);
  }

  /** Whether its vendor publishes software that trains on it. */
  public boolean trains() {
    return training.possible();
  }

  /** Whether its vendor publishes software that runs models on it. */
  public boolean infers() {
    return !software.accepts().isEmpty();
  }

  /** Number formats that its software accepts, as far as is known, in their order. */
  public Set<NumberFormat> formats() {
    return rates.accepted();
  }

  /** Dense peak rates that are published, in TFLOPS or, of whole numbers, TOPS. */
  public Map<NumberFormat, Double> peaks() {
    return rates.peaks();
  }

  /** Formats that its software accepts at a rate that isn't published. */
  public Set<NumberFormat> ratesUnpublished() {
    return rates.unpublished();
  }

  /** Whether it is known that the device or its software doesn't take a format. */
  public boolean refuses(NumberFormat format) {
    return rates.unsupported().containsKey(format);
  }

  /** The dense peak rate of a format in TFLOPS or TOPS; empty where it isn't published. */
  public OptionalDouble peak(NumberFormat format) {
    var peak = rates.peaks().get(format);
    return peak == null ? OptionalDouble.empty() : OptionalDouble.of(peak);
  }
}
