package dev.sluice.schemas.cost;

/**
 * The parts of a predicted time, for one sample on one device or group of devices that share a
 * model. They overlap, so that their sum exceeds the predicted time.
 *
 * @param computeSeconds arithmetic
 * @param memorySeconds traffic of the device's memory
 * @param hostLinkSeconds traffic from the host
 * @param overheadSeconds fixed latencies
 * @param interconnectSeconds exchange between devices
 */
public record Terms(
    double computeSeconds,
    double memorySeconds,
    double hostLinkSeconds,
    double overheadSeconds,
    double interconnectSeconds) {

  /** The seconds of one part. */
  public double seconds(Bound part) {
    return switch (part) {
      case COMPUTE -> computeSeconds;
      case MEMORY -> memorySeconds;
      case HOST_LINK -> hostLinkSeconds;
      case OVERHEAD -> overheadSeconds;
      case INTERCONNECT -> interconnectSeconds;
    };
  }

  /** The longest part; the first of {@link Bound}'s order where several are. */
  public Bound longest() {
    var longest = Bound.COMPUTE;
    for (var part : Bound.values()) {
      longest = seconds(part) > seconds(longest) ? part : longest;
    }
    return longest;
  }
}
