package dev.sluice.coordinator.plan;

import dev.sluice.coordinator.plan.Plan.Bottleneck;
import dev.sluice.coordinator.plan.Plan.Change;
import dev.sluice.coordinator.plan.Plan.Change.Purpose;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.LongFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Searches the smallest change with which a fleet is done in time: by simulation, from an estimate
 * on, between a number that is too small and one that is enough. The number of simulations is
 * bounded by the jobs in them, so that a large plan is not delayed for the last device.
 */
final class KeepUp {

  private static final long SIMULATED_JOBS_MAX = 4_000_000;
  private static final int SIMULATIONS_MAX = 24;
  private static final int SIMULATIONS_MIN = 3;
  private static final double WATTS_STEP = 1_000;

  private final Matching matching;
  private final Scene scene;

  KeepUp(Matching matching, Scene scene) {
    this.matching = matching;
    this.scene = scene;
  }

  /**
   * What to change.
   *
   * @param enough least amount found that is enough
   * @param tooLittle greatest amount found that is too little; 0: none was tried
   */
  private record Found(long enough, long tooLittle) {}

  List<Change> find(Tally tally, Bottleneck bottleneck) {
    var change =
        bottleneck.kind() == Bottleneck.Kind.POWER
            ? budget(tally).or(() -> devices(tally))
            : devices(tally).or(() -> budget(tally));
    return change.or(this::both).stream().toList();
  }

  /** More devices, and the budget that they take. */
  private Optional<Change> both() {
    if (scene.fleet().budgetWatts() == null) {
      return Optional.empty();
    }
    var unbound = scene(scene.fleet().withBudget(null));
    return new KeepUp(matching, unbound)
        .devices(Simulation.run(unbound))
        .map(
            more -> {
              double watts = wattsOfAll(more);
              return new Change(
                  more.purpose(),
                  more.jobs(),
                  more.devices(),
                  more.accelerator(),
                  more.group(),
                  watts,
                  more.says() + " Raise the power budget to " + Words.watts(watts) + " as well.",
                  more.alternatives());
            });
  }

  /** What all devices draw at most, with those that are added. */
  private double wattsOfAll(Change more) {
    double watts = 0;
    double each = 0;
    for (var lane : scene.fleet().lanes()) {
      watts += lane.count() * orInfinite(lane.watts());
      each = lane.model().id().equals(more.accelerator()) ? orInfinite(lane.watts()) : each;
    }
    return watts + more.devices() * each;
  }

  private Optional<Change> budget(Tally tally) {
    var budget = scene.fleet().budgetWatts();
    if (budget == null) {
      return Optional.empty();
    }
    var free = Simulation.run(scene(scene.fleet().withBudget(null)));
    if (!Deadline.of(scene).kept(free)) {
      return Optional.empty();
    }
    long kilowatts = Math.max(1, Math.round((free.wattsMost - budget) / WATTS_STEP));
    return search(
            tally,
            Math.max(1, kilowatts / 2),
            more -> scene.fleet().withBudget(budget + more * WATTS_STEP))
        .map(
            found ->
                new Change(
                    Purpose.KEEP_UP,
                    names(),
                    0,
                    "",
                    0,
                    budget + found.enough() * WATTS_STEP,
                    "Raise the power budget to "
                        + Words.watts(budget + found.enough() * WATTS_STEP)
                        + bracket(found.tooLittle(), " more kW")
                        + ".",
                    List.of()));
  }

  private Optional<Change> devices(Tally tally) {
    var costs = new Costs(scene);
    return IntStream.range(0, scene.fleet().lanes().size())
        .boxed()
        .filter(lane -> estimate(tally, costs, lane) != null)
        .min(
            Comparator.<Integer>comparingDouble(lane -> orInfinite(estimate(tally, costs, lane)))
                .thenComparingDouble(lane -> orInfinite(scene.fleet().lanes().get(lane).watts())))
        .flatMap(lane -> devices(tally, lane, orInfinite(estimate(tally, costs, lane))));
  }

  private Optional<Change> devices(Tally tally, int lane, double estimate) {
    var planned = scene.fleet().lanes().get(lane);
    int step = planned.group();
    long first = Math.max(1, (long) Math.ceil(estimate / step));
    long most = ((long) PlannedLane.COUNT_MAX - planned.count()) / step;
    return search(
            tally,
            Math.min(first, most),
            more ->
                scene
                    .fleet()
                    .with(
                        lane,
                        planned.withCount(planned.count() + (int) Math.min(more, most) * step)))
        .map(
            found ->
                new Change(
                    Purpose.KEEP_UP,
                    names(),
                    found.enough() * step,
                    planned.model().id(),
                    0,
                    null,
                    "Add "
                        + Words.count(found.enough() * step)
                        + " x "
                        + planned.model().id()
                        + " to lane "
                        + planned.lane()
                        + bracket(found.tooLittle() * step, "")
                        + ".",
                    List.of()));
  }

  private static String bracket(long tooLittle, String unit) {
    var verb = tooLittle == 1 ? " is too few)" : " are too few)";
    return tooLittle == 0 ? "" : " (" + Words.count(tooLittle) + unit + verb;
  }

  /** Devices that could do, within the horizon, what is late; null where the lane can't. */
  private @Nullable Double estimate(Tally tally, Costs costs, int lane) {
    double deviceSeconds = 0;
    for (int job = 0; job < tally.lateJobs.length; job++) {
      boolean late = tally.lateJobs[job] > 0 && costs.eligible(job).length > 0;
      if (late && costs.devices(job, lane) == 0) {
        return null;
      }
      deviceSeconds += late ? tally.lateJobs[job] * costs.deviceSeconds(job, lane) : 0;
    }
    return deviceSeconds / scene.mix().horizonSeconds();
  }

  private static double orInfinite(@Nullable Double value) {
    return value == null ? Double.POSITIVE_INFINITY : value;
  }

  /** Doubles until it is enough, then halves the gap. */
  private Optional<Found> search(Tally tally, long first, LongFunction<PlannedFleet> changed) {
    long simulations =
        Math.clamp(
            SIMULATED_JOBS_MAX / Math.max(1, tally.events / 2), SIMULATIONS_MIN, SIMULATIONS_MAX);
    long tooLittle = 0;
    long enough = 0;
    for (long amount = first; simulations > 0 && enough == 0; simulations--) {
      if (kept(changed.apply(amount))) {
        enough = amount;
      } else {
        tooLittle = amount;
        amount *= 2;
      }
    }
    for (; simulations > 0 && enough - tooLittle > 1; simulations--) {
      long middle = tooLittle + (enough - tooLittle) / 2;
      if (kept(changed.apply(middle))) {
        enough = middle;
      } else {
        tooLittle = middle;
      }
    }
    return enough == 0 ? Optional.empty() : Optional.of(new Found(enough, tooLittle));
  }

  private boolean kept(PlannedFleet fleet) {
    return Deadline.of(scene).kept(Simulation.run(scene(fleet)));
  }

  private Scene scene(PlannedFleet fleet) {
    return Scene.of(fleet, scene.mix(), matching);
  }

  private List<String> names() {
    return scene.mix().jobs().stream().map(JobClass::name).toList();
  }
}
