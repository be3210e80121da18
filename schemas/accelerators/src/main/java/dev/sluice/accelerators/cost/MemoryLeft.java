package dev.sluice.accelerators.cost;

import dev.sluice.accelerators.catalogue.AcceleratorModel;
import dev.sluice.accelerators.catalogue.Memory;
import dev.sluice.platform.document.Amounts;
import java.util.Optional;

/**
 * What a device's memory leaves to a model: what its driver leaves where that is published, else a
 * share of the printed size. Admission, workers and predictions all go by it.
 *
 * @param bytes how much
 * @param memory the memory
 */
public record MemoryLeft(double bytes, Memory memory) {

  private static final double GIGA = 1e9;

  /** That of a device; empty where neither is published. */
  public static Optional<MemoryLeft> of(AcceleratorModel model) {
    return of(model, Factors.builtIn());
  }

  static Optional<MemoryLeft> of(AcceleratorModel model, Factors factors) {
    var memory = model.memory();
    var usable = memory.usableGigabytes();
    var size = memory.gigabytes();
    if (usable != null) {
      return Optional.of(new MemoryLeft(usable * GIGA, memory));
    }
    return size == null
        ? Optional.empty()
        : Optional.of(new MemoryLeft(size * GIGA * factors.transfers.usableMemory(), memory));
  }

  /** Size and what is left of it, as {@code 24 GB, of which 21.6 GB are left to a model}. */
  public String describe() {
    var left = Amounts.number(bytes / GIGA) + " GB";
    var size = memory.gigabytes();
    var usable = memory.usableGibibytes();
    if (size == null) {
      return left + " for a model";
    }
    var printed = Amounts.number(size) + " GB";
    // Some vendors print 2^30 bytes as GB; what they leave would else exceed what there is.
    return usable != null && bytes > size * GIGA
        ? "%s of 2^30 bytes, of which %s are left to a model (%s of 10^9 bytes)"
            .formatted(printed, Amounts.number(usable), left)
        : "%s, of which %s are left to a model".formatted(printed, left);
  }
}
