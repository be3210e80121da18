package dev.sluice.coordinator.audit;

import dev.sluice.schemas.wire.ParameterBlock;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What else is recorded of a job's training: checksums of generations of its blocks, in anchors and
 * in published parameters. Where a derived model differs, they tell since when.
 */
public final class Witnesses {

  private final Map<Place, Witness> all = new HashMap<>();

  private record Place(int block, long generation) {}

  /**
   * @param crc CRC-32C of the block's values
   * @param source where it is recorded, for people
   */
  record Witness(int crc, String source) {}

  /** A generation as an anchor or a worker's parameters have it. */
  public void add(int block, long generation, int crc, String source) {
    all.putIfAbsent(new Place(block, generation), new Witness(crc, source));
  }

  @Nullable Witness of(ParameterBlock derived) {
    return all.get(new Place(derived.block(), derived.generation()));
  }
}
