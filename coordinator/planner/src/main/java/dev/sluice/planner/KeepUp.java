package dev.sluice.planner;

import dev.sluice.planner.Plan.Bottleneck;
import dev.sluice.planner.Plan.Change;
import dev.sluice.planner.Plan.Change.Purpose;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Searches the smallest change with which a fleet is done in time: a larger budget, more devices of
 * the one lane that can do all that is late, of several lanes where none can, or devices and budget
 * together. The amounts are found by simulation.
 */
final class KeepUp {

  private static final double WATTS_STEP = 1_000;
  private static final long KILOWATTS_MAX = 10_000_000;

  /** Lanes that are grown at most; whoever needs more should plan anew. */
  private static final int LANES_MAX = 8;

  private final Matching matching;
  private final Scene scene;
  private final Deadline deadline;
  private final LeastSearch trials;

  KeepUp(Matching matching, Scene scene) {
    this(matching, scene, new LeastSearch(matching, scene.mix()));
  }

  private KeepUp(Matching matching, Scene scene, LeastSearch trials) {
    this.matching = matching;
    this.scene = scene;
    this.trials = trials;
    deadline = Deadline.of(scene);
  }

  /**
   * Devices added to a lane.
   *
   * @param lane its index
   * @param step devices of a worker, in which it grows
   * @param found workers added
   */
  private record Growth(int lane, int step, LeastSearch.Found found) {
    long devices() {
      return found.enough() * step;
    }
  }

  /**
   * A lane that could grow.
   *
   * @param lane its index
   * @param jobs late classes that it can run
   * @param devices those that could do, within the horizon, what of them is late
   * @param watts what a device draws at most; infinite where it isn't known
   */
  private record Remedy(int lane, List<Integer> jobs, double devices, double watts) {
    static final Comparator<Remedy> ORDER =
        Comparator.comparingInt((Remedy remedy) -> -remedy.jobs().size())
            .thenComparingDouble(Remedy::devices)
            .thenComparingDouble(Remedy::watts);
  }

  /** Changes that together are enough. */
  List<Change> find(Tally tally, Bottleneck bottleneck) {
    var budget = scene.fleet().budgetWatts();
    var changes = List.<Change>of();
    if (budget == null) {
      changes = changes(growths(tally));
    } else if (bottleneck.kind() == Bottleneck.Kind.POWER) {
      changes = withBudget(budget);
    } else {
      changes = changes(growths(tally));
      changes = changes.isEmpty() ? withBudget(budget) : changes;
    }
    return changes.isEmpty() ? List.of(none()) : changes;
  }

  /** A larger budget, and more devices where it alone won't do. */
  private List<Change> withBudget(double budgetWatts) {
    var free = trials.run(scene.fleet().withBudget(null));
    return deadline.kept(free) ? budget(budgetWatts, free) : both(free);
  }

  private Change none() {
    return Change.of(
        Purpose.KEEP_UP,
        names(),
        "No number of devices was found that, added to the lanes that are there, is enough.");
  }

  /** More devices, and the budget that all of them take. */
  private List<Change> both(Tally free) {
    var fleet = scene.fleet().withBudget(null);
    var unbound = new KeepUp(matching, Scene.of(fleet, scene.mix(), matching), trials);
    var growths = unbound.growths(free);
    if (growths.isEmpty()) {
      return List.of();
    }
    double watts = wattsOfAll(growths);
    var changes = new ArrayList<>(unbound.changes(growths));
    var last = changes.removeLast();
    changes.add(
        last.withBudget(watts)
            .saying(
                last.says()
                    + " Raise the power budget to "
                    + Figures.wattsUp(watts)
                    + " as well."));
    return changes;
  }

  /** What all devices draw at most, with those that are added. */
  private double wattsOfAll(List<Growth> growths) {
    var lanes = scene.fleet().lanes();
    double there = lanes.stream().mapToDouble(lane -> lane.count() * watts(lane)).sum();
    return there
        + growths.stream()
            .mapToDouble(growth -> growth.devices() * watts(lanes.get(growth.lane())))
            .sum();
  }

  private static double watts(PlannedLane lane) {
    var watts = lane.watts();
    return watts == null ? Double.POSITIVE_INFINITY : watts;
  }

  private List<Change> budget(double budget, Tally free) {
    long kilowatts = Math.max(1, Math.round((free.wattsMost - budget) / WATTS_STEP));
    return trials
        .search(
            Math.max(1, kilowatts / 2),
            KILOWATTS_MAX,
            more -> scene.fleet().withBudget(budget + more * WATTS_STEP),
            deadline::kept)
        .map(
            found -> {
              double watts = budget + found.enough() * WATTS_STEP;
              return Change.of(
                      Purpose.KEEP_UP,
                      names(),
                      "Raise the power budget to "
                          + found.atMost()
                          + Figures.wattsUp(watts)
                          + bracket(found.tooLittle(), " more kW")
                          + ".")
                  .withBudget(watts);
            })
        .stream()
        .toList();
  }

  private List<Change> changes(List<Growth> growths) {
    var changes = new ArrayList<Change>();
    for (var growth : growths) {
      var lane = scene.fleet().lanes().get(growth.lane());
      var part =
          growths.size() == 1
              ? "."
              : " (part " + (changes.size() + 1) + " of " + growths.size() + ").";
      var says =
          "Add "
              + growth.found().atMost()
              + Figures.count(growth.devices())
              + " x "
              + lane.model().id()
              + " to lane "
              + lane.lane()
              + bracket(growth.found().tooLittle() * growth.step(), "")
              + part;
      changes.add(
          Change.of(Purpose.KEEP_UP, names(), says)
              .withDevices(growth.devices(), lane.model().id(), lane.lane()));
    }
    return changes;
  }

  private static String bracket(long tooLittle, String unit) {
    var verb = tooLittle == 1 ? " is too few)" : " are too few)";
    return tooLittle == 0 ? "" : " (" + Figures.count(tooLittle) + unit + verb;
  }

  /**
   * Grows the lane that can do most of what is late, then the next, until all is in time; empty
   * where that does not come about.
   */
  private List<Growth> growths(Tally tally) {
    var costs = new Costs(scene);
    var fleet = scene.fleet();
    var growths = new ArrayList<Growth>();
    var grown = new HashSet<Integer>();
    var now = tally;
    while (!deadline.kept(now)) {
      var remedy = growths.size() < LANES_MAX ? remedy(now, costs, grown) : null;
      var growth = remedy == null ? null : growth(fleet, remedy, late(now));
      if (growth == null) {
        return List.of();
      }
      growths.add(growth);
      grown.add(growth.lane());
      fleet = grown(fleet, growth.lane(), growth.found().enough());
      now = growth.found().tally();
    }
    return growths;
  }

  private List<Integer> late(Tally tally) {
    return IntStream.range(0, scene.mix().jobs().size())
        .filter(job -> !deadline.kept(tally, job))
        .boxed()
        .toList();
  }

  /** The lane that can do most of what is late with the fewest devices; null: none does any. */
  private @Nullable Remedy remedy(Tally tally, Costs costs, Set<Integer> grown) {
    var late = late(tally);
    return IntStream.range(0, scene.fleet().lanes().size())
        .filter(lane -> !grown.contains(lane))
        .mapToObj(lane -> remedy(tally, costs, late, lane))
        .filter(remedy -> !remedy.jobs().isEmpty())
        .min(Remedy.ORDER)
        .orElse(null);
  }

  private Remedy remedy(Tally tally, Costs costs, List<Integer> late, int lane) {
    var jobs = late.stream().filter(job -> costs.devices(job, lane) > 0).toList();
    double deviceSeconds =
        jobs.stream()
            .mapToDouble(job -> tally.lateJobs[job] * costs.deviceSeconds(job, lane))
            .sum();
    return new Remedy(
        lane,
        jobs,
        deviceSeconds / scene.mix().horizonSeconds(),
        watts(scene.fleet().lanes().get(lane)));
  }

  /**
   * How far a lane has to grow: for all, where it can do all that is late, else for what it can.
   */
  private @Nullable Growth growth(PlannedFleet fleet, Remedy remedy, List<Integer> late) {
    var planned = fleet.lanes().get(remedy.lane());
    int step = planned.group();
    long most = ((long) PlannedLane.COUNT_MAX - planned.count()) / step;
    Predicate<Tally> kept =
        remedy.jobs().size() == late.size()
            ? deadline::kept
            : tally -> remedy.jobs().stream().allMatch(job -> deadline.kept(tally, job));
    return trials
        .search(
            Math.max(1, (long) Math.ceil(remedy.devices() / step)),
            most,
            more -> grown(fleet, remedy.lane(), more),
            kept)
        .map(found -> new Growth(remedy.lane(), step, found))
        .orElse(null);
  }

  private static PlannedFleet grown(PlannedFleet fleet, int lane, long workers) {
    var planned = fleet.lanes().get(lane);
    return fleet.with(
        lane, planned.withCount(planned.count() + Math.toIntExact(workers * planned.group())));
  }

  private List<String> names() {
    return scene.mix().jobs().stream().map(JobClass::name).toList();
  }
}
