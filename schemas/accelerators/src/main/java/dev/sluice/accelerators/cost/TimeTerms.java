package dev.sluice.accelerators.cost;

/**
 * Where the time of one sample goes. The terms overlap in part, so they add up to more than the
 * time itself.
 *
 * @param compute arithmetic, in seconds per sample
 * @param memory weights and activations from and to the device's memory, in seconds per sample
 * @param hostLink the sample on its way from the host, in seconds
 * @param overhead launches, queries and synchronisation, in seconds per sample
 * @param interconnect sums exchanged between devices that share a model, in seconds per sample
 */
public record TimeTerms(
    double compute, double memory, double hostLink, double overhead, double interconnect) {

  /** One of the terms. */
  public double of(Bound bound) {
    return switch (bound) {
      case COMPUTE -> compute;
      case MEMORY -> memory;
      case HOST_LINK -> hostLink;
      case OVERHEAD -> overhead;
      case INTERCONNECT -> interconnect;
    };
  }

  /** The largest term; of equal ones the first. */
  public Bound largest() {
    var largest = Bound.COMPUTE;
    if (memory > of(largest)) {
      largest = Bound.MEMORY;
    }
    if (hostLink > of(largest)) {
      largest = Bound.HOST_LINK;
    }
    if (overhead > of(largest)) {
      largest = Bound.OVERHEAD;
    }
    return interconnect > of(largest) ? Bound.INTERCONNECT : largest;
  }
}
