package dev.sluice.planner;

import dev.sluice.accelerators.catalogue.AcceleratorModel;
import dev.sluice.accelerators.catalogue.Catalogue;
import dev.sluice.planner.Plan.Change;
import dev.sluice.planner.Plan.Change.Purpose;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Searches what would make jobs possible that nothing in a fleet can run: another budget, larger
 * workers of the devices that are there, more devices of a kind that is there, and only then other
 * devices. Of several the fewest devices win, then the least power. What also takes a larger budget
 * comes after what doesn't. Where the job's own wishes stand in the way of all of it, leaving them
 * out is what is proposed.
 */
final class Additions {

  /** Devices that one worker is given at most; more of them share no model. */
  private static final int GROUP_MAX = 128;

  /** Devices that are added at most. */
  private static final int COUNT_MAX = 1 << 20;

  private static final int ALTERNATIVES_MAX = 3;

  /** Classes of jobs that are looked at; others mostly lack the same. */
  static final int JOBS_MAX = 50;

  private static final String NEW_LANE = "new";

  private final Catalogue catalogue;
  private final Matching matching;
  private final PlannedFleet fleet;

  Additions(Catalogue catalogue, Matching matching, PlannedFleet fleet) {
    this.catalogue = catalogue;
    this.matching = matching;
    this.fleet = fleet;
  }

  /** Changes that together make all of these possible, as far as the catalogue goes. */
  List<Change> find(List<JobClass> never) {
    var changes = new ArrayList<Change>();
    var shared = new LinkedHashMap<JobClass, List<Addition>>();
    for (var job : never.stream().limit(JOBS_MAX).toList()) {
      var without = withoutDevices(job);
      var additions = without.isPresent() ? List.<Addition>of() : additions(job, budget());
      if (without.isPresent()) {
        changes.add(without.get());
      } else if (additions.isEmpty() || !job.wishes().lanes().isEmpty()) {
        changes.add(alone(job, additions));
      } else {
        shared.put(job, additions);
      }
    }
    shared(shared)
        .ifPresentOrElse(
            changes::add,
            () -> shared.forEach((job, additions) -> changes.add(alone(job, additions))));
    if (never.size() > JOBS_MAX) {
      changes.add(notLookedAt(never.subList(JOBS_MAX, never.size())));
    }
    return changes;
  }

  private static Change notLookedAt(List<JobClass> rest) {
    return Change.of(
        Purpose.MAKE_POSSIBLE,
        rest.stream().map(JobClass::name).toList(),
        Figures.count(rest.size())
            + (rest.size() == 1 ? " class was" : " classes were")
            + " not looked at, as only the first "
            + JOBS_MAX
            + " that can never run are; see whether the same mends them, and plan again.");
  }

  private @Nullable Double budget() {
    return fleet.budgetWatts();
  }

  private Optional<Change> withoutDevices(JobClass job) {
    var bound = raised(job).or(() -> regrouped(job, budget()));
    return budget() == null ? bound : bound.or(() -> regrouped(job, null));
  }

  private Optional<Change> raised(JobClass job) {
    if (budget() == null) {
      return Optional.empty();
    }
    return fleet.lanes().stream()
        .flatMap(lane -> watts(job, lane).stream())
        .min(Double::compare)
        .map(
            watts ->
                Change.of(
                        Purpose.MAKE_POSSIBLE,
                        List.of(job.name()),
                        "Raise the power budget to " + Figures.wattsUp(watts) + ".")
                    .withBudget(watts));
  }

  /** What a job would draw on a lane at most, if power were no matter. */
  private Optional<Double> watts(JobClass job, PlannedLane lane) {
    var each = lane.watts();
    return each != null && matching.fit(job, lane, null) instanceof Fit.Runs runs
        ? Optional.of(each * runs.devices())
        : Optional.empty();
  }

  private Optional<Change> regrouped(JobClass job, @Nullable Double budgetWatts) {
    for (int group = 1; group <= GROUP_MAX; group *= 2) {
      for (var lane : fleet.lanes()) {
        if (group <= lane.count()
            && matching.fit(job, lane.withGroup(group), budgetWatts) instanceof Fit.Runs runs) {
          return Optional.of(
              regrouped(job, lane, group, needed(lane, runs.devices(), budgetWatts)));
        }
      }
    }
    return Optional.empty();
  }

  private static Change regrouped(
      JobClass job, PlannedLane lane, int group, @Nullable Double budgetWatts) {
    var says =
        "Give workers of lane "
            + lane.lane()
            + " "
            + Figures.count(group, "device")
            + Addition.joined(lane.model(), group)
            + " each (group: "
            + group
            + (budgetWatts == null
                ? ")"
                : "), and raise the power budget to " + Figures.wattsUp(budgetWatts))
            + "; no device has to be added.";
    return Change.of(Purpose.MAKE_POSSIBLE, List.of(job.name()), says)
        .withGroup(group, lane.lane())
        .withBudget(budgetWatts);
  }

  /** The budget that devices take which were searched without one; null: it stays. */
  private @Nullable Double needed(PlannedLane lane, int devices, @Nullable Double budgetWatts) {
    var each = lane.watts();
    return budget() == null || budgetWatts != null || each == null
        ? null
        : Double.valueOf(Math.max(budget(), each * devices));
  }

  /** One kind of device for all of them, unless several kinds take fewer devices. */
  private Optional<Change> shared(Map<JobClass, List<Addition>> jobs) {
    if (jobs.size() < 2) {
      return Optional.empty();
    }
    int apart = jobs.values().stream().mapToInt(additions -> additions.getFirst().added()).sum();
    var additions =
        models()
            .map(model -> shared(List.copyOf(jobs.keySet()), model))
            .flatMap(Optional::stream)
            .filter(addition -> addition.added() <= apart)
            .sorted(Addition.ORDER)
            .toList();
    return additions.isEmpty()
        ? Optional.empty()
        : Optional.of(change(jobs.keySet().stream().map(JobClass::name).toList(), additions));
  }

  private Optional<Addition> shared(List<JobClass> jobs, AcceleratorModel model) {
    int count = 1;
    int group = 1;
    for (var job : jobs) {
      var addition = addition(job, model, budget());
      if (addition.isEmpty()) {
        return Optional.empty();
      }
      count = Math.max(count, addition.get().lane().count());
      group = Math.max(group, addition.get().lane().group());
    }
    var lane = lane(NEW_LANE, model, Matching.roundUp(count, group), group);
    boolean all =
        jobs.stream().allMatch(job -> matching.fit(job, lane, budget()) instanceof Fit.Runs);
    return all
        ? Optional.of(new Addition(lane, lane.count(), present(model), Addition.Site.NEW, null))
        : Optional.empty();
  }

  private Change alone(JobClass job, List<Addition> additions) {
    return withDevices(job, additions)
        .or(() -> withoutWishes(job))
        .orElseGet(() -> Change.of(Purpose.MAKE_POSSIBLE, List.of(job.name()), none(job)));
  }

  /** With what is found within the budget, else with what takes a larger one. */
  private Optional<Change> withDevices(JobClass job, List<Addition> within) {
    var additions = within.isEmpty() && budget() != null ? additions(job, null) : within;
    return additions.isEmpty()
        ? Optional.empty()
        : Optional.of(change(List.of(job.name()), additions));
  }

  /** Where only what the job asks for stands in the way, says that. */
  private Optional<Change> withoutWishes(JobClass job) {
    var lanes = "lanes: [" + String.join(", ", job.wishes().lanes()) + "]";
    var devices = "devices: " + job.work().devices();
    boolean onLanes = !job.wishes().lanes().isEmpty();
    boolean onDevices = job.work().devices() > 0;
    var change = Optional.<Change>empty();
    if (onLanes) {
      change = without(lanes, job.onAnyLane());
    }
    if (change.isEmpty() && onDevices) {
      change = without(devices, job.onAnyDevices());
    }
    if (change.isEmpty() && onLanes && onDevices) {
      change = without(lanes + " and " + devices, job.onAnyLane().onAnyDevices());
    }
    return change;
  }

  private Optional<Change> without(String wish, JobClass free) {
    var leaveOut =
        "Leave out "
            + wish
            + " of "
            + free.name()
            + ", with which nothing that could be added makes it possible. ";
    if (fleet.lanes().stream()
        .anyMatch(lane -> matching.fit(free, lane, budget()) instanceof Fit.Runs)) {
      return Optional.of(
          Change.of(
              Purpose.MAKE_POSSIBLE,
              List.of(free.name()),
              leaveOut + "The fleet needs no change then."));
    }
    return withoutDevices(free)
        .or(() -> withDevices(free, additions(free, budget())))
        .map(change -> change.saying(leaveOut + change.says()));
  }

  /** Why nothing is proposed: it can't run, or what it takes or what a device is can't be said. */
  private String none(JobClass job) {
    var free = job.onAnyLane();
    var fits =
        catalogue.all().stream()
            .flatMap(
                model -> groups(free).mapToObj(group -> lane(NEW_LANE, model, COUNT_MAX, group)))
            .map(lane -> matching.fit(free, lane, null))
            .toList();
    if (fits.stream().anyMatch(Fit.Runs.class::isInstance)) {
      return "Nothing is proposed for "
          + job.name()
          + ", as the memory or the power of every accelerator that may run it isn't published.";
    }
    return fits.stream()
        .filter(Fit.Unpredictable.class::isInstance)
        .map(Fit.Unpredictable.class::cast)
        .findFirst()
        .map(
            unknown ->
                "Nothing is proposed, as what "
                    + job.name()
                    + " takes can't be predicted on any accelerator that may run it: "
                    + unknown.reasons().getFirst())
        .orElse("No accelerator of the catalogue can run " + job.name() + " as it asks.");
  }

  private static Change change(List<String> jobs, List<Addition> additions) {
    var best = additions.getFirst();
    var lane = best.site() == Addition.Site.NEW ? "" : best.lane().lane();
    return Change.of(Purpose.MAKE_POSSIBLE, jobs, best.sentence())
        .withGroup(best.site() == Addition.Site.GROWN ? 0 : best.lane().group(), lane)
        .withDevices(best.added(), best.id(), lane)
        .withBudget(best.budgetWatts())
        .withAlternatives(
            additions.stream()
                .filter(addition -> !addition.id().equals(best.id()))
                .limit(ALTERNATIVES_MAX)
                .map(Addition::says)
                .toList());
  }

  /** Every kind of device that would do, best first. */
  private List<Addition> additions(JobClass job, @Nullable Double budgetWatts) {
    var additions = new ArrayList<Addition>();
    fleet.lanes().forEach(lane -> larger(job, lane, budgetWatts).ifPresent(additions::add));
    models().forEach(model -> addition(job, model, budgetWatts).ifPresent(additions::add));
    additions.sort(Addition.ORDER);
    return additions;
  }

  /**
   * More devices in a lane that has too few; for a job that runs on no other lane also larger
   * workers made of them.
   */
  private Optional<Addition> larger(JobClass job, PlannedLane lane, @Nullable Double budgetWatts) {
    var groups =
        job.wishes().lanes().isEmpty()
            ? IntStream.of(lane.group())
            : IntStream.concat(IntStream.of(lane.group()), groups(job));
    return groups
        .mapToObj(group -> lane.withCount(COUNT_MAX).withGroup(group))
        .flatMap(more -> larger(job, lane, more, budgetWatts).stream())
        .findFirst();
  }

  private Optional<Addition> larger(
      JobClass job, PlannedLane lane, PlannedLane more, @Nullable Double budgetWatts) {
    return matching.fit(job, more, budgetWatts) instanceof Fit.Runs runs
            && runs.devices() > lane.count()
        ? Optional.of(
            new Addition(
                more.withCount(runs.devices()),
                runs.devices() - lane.count(),
                true,
                more.group() == lane.group() ? Addition.Site.GROWN : Addition.Site.REGROUPED,
                needed(lane, runs.devices(), budgetWatts)))
        : Optional.empty();
  }

  /** A new lane of one kind of device. */
  private Optional<Addition> addition(
      JobClass job, AcceleratorModel model, @Nullable Double budgetWatts) {
    var name = newLane(job);
    if (name.isEmpty()) {
      return Optional.empty();
    }
    for (int group : groups(job).toArray()) {
      var fit = matching.fit(job, lane(name.get(), model, COUNT_MAX, group), budgetWatts);
      if (fit instanceof Fit.Runs runs) {
        var lane = lane(name.get(), model, runs.devices(), group);
        return Optional.of(
            new Addition(
                lane,
                runs.devices(),
                present(model),
                Addition.Site.NEW,
                needed(lane, runs.devices(), budgetWatts)));
      }
    }
    return Optional.empty();
  }

  /** A name for a new lane on which a job may run; empty where those it asks for are all taken. */
  private Optional<String> newLane(JobClass job) {
    var wished = job.wishes().lanes();
    var taken = FleetFile.names(fleet);
    return wished.isEmpty()
        ? Optional.of(NEW_LANE)
        : wished.stream().filter(lane -> !taken.contains(lane)).findFirst();
  }

  /** Devices of a worker that are worth a try. */
  private static IntStream groups(JobClass job) {
    int most = job.trains() ? 1 : GROUP_MAX;
    return IntStream.iterate(1, group -> group <= most, group -> 2 * group);
  }

  private static PlannedLane lane(String name, AcceleratorModel model, int count, int group) {
    return new PlannedLane(name, model, count, group, null);
  }

  /**
   * Nobody should buy a device for a job of which it isn't known whether it holds it, nor one that
   * a fleet with a power budget doesn't take, as what it draws isn't known.
   */
  private Stream<AcceleratorModel> models() {
    return catalogue.all().stream()
        .filter(model -> model.memory().gigabytes() != null)
        .filter(model -> budget() == null || model.power().tdpWatts() != null);
  }

  private boolean present(AcceleratorModel model) {
    return fleet.lanes().stream().anyMatch(lane -> lane.model().equals(model));
  }
}
