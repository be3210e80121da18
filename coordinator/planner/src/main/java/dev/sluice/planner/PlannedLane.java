package dev.sluice.planner;

import dev.sluice.accelerators.catalogue.AcceleratorModel;
import org.jspecify.annotations.Nullable;

/**
 * Devices of one kind.
 *
 * @param lane name
 * @param model kind of device
 * @param count how many there are
 * @param group devices that one worker has, over which it spreads a model
 * @param wattsGiven what a device draws at most, in watts, as the fleet says; null: as published
 */
public record PlannedLane(
    String lane, AcceleratorModel model, int count, int group, @Nullable Double wattsGiven) {

  /** More devices than any centre has: it catches a wrong unit. */
  public static final int COUNT_MAX = 10_000_000;

  public PlannedLane {
    if (count < 1 || count > COUNT_MAX) {
      throw new IllegalArgumentException(
          "A lane has 1 to " + COUNT_MAX + " devices, not " + count + ".");
    }
    if (group < 1 || group > count) {
      throw new IllegalArgumentException(
          "A worker of a lane with " + count + " devices can't have " + group + ".");
    }
  }

  /** What a device draws at most, in watts; null: not published and not given. */
  public @Nullable Double watts() {
    return wattsGiven == null ? model.power().tdpWatts() : wattsGiven;
  }

  /** The same with another number of devices. */
  PlannedLane withCount(int devices) {
    return new PlannedLane(lane, model, devices, group, wattsGiven);
  }

  /** The same with workers of another size. */
  PlannedLane withGroup(int devices) {
    return new PlannedLane(lane, model, count, devices, wattsGiven);
  }
}
