package dev.sluice.planner;

import dev.sluice.accelerators.catalogue.AcceleratorModel;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * Devices that would make jobs possible.
 *
 * @param lane the lane afterwards
 * @param added devices that it has more than now
 * @param present whether the fleet has this kind of device
 * @param site whether the lane is there now
 * @param budgetWatts budget of the fleet that it takes; null: as it is
 */
record Addition(
    PlannedLane lane, int added, boolean present, Site site, @Nullable Double budgetWatts) {

  /** Where devices are added. */
  enum Site {
    /** To a lane of their own. */
    NEW,
    /** To a lane that is there. */
    GROWN,
    /** To one that is there, whose workers get more devices each. */
    REGROUPED
  }

  /** The fewest devices of what is there come first, and the least power. */
  static final Comparator<Addition> ORDER =
      Comparator.comparing((Addition addition) -> !addition.present())
          .thenComparingInt(Addition::added)
          .thenComparing(Addition::watts, Comparator.nullsLast(Comparator.<Double>naturalOrder()))
          .thenComparing(addition -> addition.lane().model().id());

  @Nullable Double watts() {
    var each = lane.watts();
    return each == null ? null : Double.valueOf(each * added);
  }

  String id() {
    return lane.model().id();
  }

  /** What is added, as one of several that would do. */
  String says() {
    var watts = watts();
    return Figures.count(added)
        + " x "
        + id()
        + (site == Site.NEW ? "" : " to lane " + lane.lane())
        + (site == Site.REGROUPED ? " and make workers of " + lane.group() : "")
        + (watts == null ? "" : ", " + Figures.wattsUp(watts) + " at most")
        + joined(lane.model(), lane.count())
        + raised(", with a power budget of ");
  }

  /** What is done, in a sentence. */
  String sentence() {
    var bound = new Addition(lane, added, present, site, null);
    return "Add " + bound.says() + raised(", and raise the power budget to ") + ".";
  }

  private String raised(String words) {
    return budgetWatts == null ? "" : words + Figures.wattsUp(budgetWatts);
  }

  /** What is supposed of how devices exchange that the catalogue doesn't say. */
  static String joined(AcceleratorModel model, int devices) {
    var interconnect = model.interconnect();
    var kind = interconnect.kind();
    if (devices < 2 || kind == null || interconnect.isNone()) {
      return "";
    }
    var joins = interconnect.joins();
    if (joins == null) {
      return " (supposing " + kind + " between all of them)";
    }
    return devices <= joins
        ? ""
        : " (" + kind + " joins " + Figures.count(joins) + "; supposing a fast network beyond)";
  }
}
