package dev.sluice.planner;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A fleet that may not be there yet.
 *
 * @param name what to call it
 * @param source where its figures come from; may be empty
 * @param note what else to know; may be empty
 * @param budgetWatts what all its devices may draw together, in watts; null: any amount
 * @param lanes at least one, in the order of the file
 */
public record PlannedFleet(
    String name,
    String source,
    String note,
    @Nullable Double budgetWatts,
    List<PlannedLane> lanes) {

  public PlannedFleet {
    lanes = List.copyOf(lanes);
    if (lanes.isEmpty()) {
      throw new IllegalArgumentException("A fleet has at least one lane.");
    }
  }

  /** All devices. */
  public long devices() {
    return lanes.stream().mapToLong(PlannedLane::count).sum();
  }

  /** The same fleet, of which one lane is another. */
  PlannedFleet with(int lane, PlannedLane changed) {
    var all = new ArrayList<>(lanes);
    all.set(lane, changed);
    return new PlannedFleet(name, source, note, budgetWatts, all);
  }

  /** The same fleet with other lanes. */
  PlannedFleet withLanes(List<PlannedLane> others) {
    return new PlannedFleet(name, source, note, budgetWatts, others);
  }

  /** The same fleet with another budget. */
  PlannedFleet withBudget(@Nullable Double watts) {
    return new PlannedFleet(name, source, note, watts, lanes);
  }
}
