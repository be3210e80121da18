package dev.sluice.coordinator.plan;

import dev.sluice.coordinator.plan.Plan.Change;
import dev.sluice.coordinator.plan.Plan.Change.Purpose;
import dev.sluice.schemas.accelerator.AcceleratorModel;
import dev.sluice.schemas.accelerator.Catalogue;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Searches what would make jobs possible that nothing in a fleet can run: another budget, larger
 * workers of the devices that are there, more devices of a kind that is there, and only then other
 * devices. Of several the fewest devices win, then the least power.
 */
final class Additions {

  /** Devices that one worker is given at most; more of them share no model. */
  private static final int GROUP_MAX = 128;

  /** Devices that are added at most. */
  private static final int COUNT_MAX = 1 << 20;

  private static final int ALTERNATIVES_MAX = 3;

  /** Classes of jobs that are looked at; others mostly lack the same. */
  private static final int JOBS_MAX = 50;

  private static final String NEW_LANE = "new";

  private final Catalogue catalogue;
  private final Matching matching;
  private final PlannedFleet fleet;

  Additions(Catalogue catalogue, Matching matching, PlannedFleet fleet) {
    this.catalogue = catalogue;
    this.matching = matching;
    this.fleet = fleet;
  }

  /**
   * Devices that would make jobs possible.
   *
   * @param lane the lane afterwards
   * @param added devices that it has more than now
   * @param present whether the fleet has this kind of device
   * @param existing whether the lane is there now
   */
  private record Option(PlannedLane lane, int added, boolean present, boolean existing) {

    static final Comparator<Option> ORDER =
        Comparator.comparing((Option option) -> !option.present())
            .thenComparingInt(Option::added)
            .thenComparing(Option::watts, Comparator.nullsLast(Comparator.<Double>naturalOrder()))
            .thenComparing(option -> option.lane().model().id());

    @Nullable Double watts() {
      var each = lane.watts();
      return each == null ? null : Double.valueOf(each * added);
    }

    String id() {
      return lane.model().id();
    }
  }

  /** Changes that together make all of these possible, as far as the catalogue goes. */
  List<Change> find(List<JobClass> never) {
    var changes = new ArrayList<Change>();
    var rest = new ArrayList<JobClass>();
    for (var job : never.stream().limit(JOBS_MAX).toList()) {
      withoutDevices(job).ifPresentOrElse(changes::add, () -> rest.add(job));
    }
    shared(rest).ifPresentOrElse(changes::add, () -> rest.forEach(job -> changes.add(alone(job))));
    return changes;
  }

  private Optional<Change> withoutDevices(JobClass job) {
    return budget(job).or(() -> regrouped(job));
  }

  private Optional<Change> budget(JobClass job) {
    if (fleet.budgetWatts() == null) {
      return Optional.empty();
    }
    Double least = null;
    for (var lane : fleet.lanes()) {
      var each = lane.watts();
      if (each != null && matching.fit(job, lane, null) instanceof Fit.Runs runs) {
        double watts = each * runs.devices();
        least = least == null ? watts : Math.min(least, watts);
      }
    }
    return Optional.ofNullable(least)
        .map(
            watts ->
                new Change(
                    Purpose.MAKE_POSSIBLE,
                    List.of(job.name()),
                    0,
                    "",
                    0,
                    watts,
                    "Raise the power budget to " + Words.watts(watts) + ".",
                    List.of()));
  }

  private Optional<Change> regrouped(JobClass job) {
    for (int group = 1; group <= GROUP_MAX; group *= 2) {
      for (var lane : fleet.lanes()) {
        if (group <= lane.count()
            && matching.fit(job, lane.withGroup(group), fleet.budgetWatts()) instanceof Fit.Runs) {
          return Optional.of(
              new Change(
                  Purpose.MAKE_POSSIBLE,
                  List.of(job.name()),
                  0,
                  "",
                  group,
                  null,
                  "Give workers of lane "
                      + lane.lane()
                      + " "
                      + Words.count(group, "device")
                      + joined(lane.model(), group)
                      + " each (group: "
                      + group
                      + "); no device has to be added.",
                  List.of()));
        }
      }
    }
    return Optional.empty();
  }

  /** One kind of device for all of them, unless several kinds take fewer devices. */
  private Optional<Change> shared(List<JobClass> jobs) {
    if (jobs.size() < 2) {
      return Optional.empty();
    }
    int apart = 0;
    for (var job : jobs) {
      var best = options(job).stream().min(Option.ORDER);
      if (best.isEmpty()) {
        return Optional.empty();
      }
      apart += best.get().added();
    }
    int most = apart;
    var options =
        models()
            .map(model -> shared(jobs, model))
            .flatMap(Optional::stream)
            .filter(option -> option.added() <= most)
            .sorted(Option.ORDER)
            .toList();
    return options.isEmpty()
        ? Optional.empty()
        : Optional.of(change(jobs.stream().map(JobClass::name).toList(), options));
  }

  private Optional<Option> shared(List<JobClass> jobs, AcceleratorModel model) {
    int count = 1;
    int group = 1;
    for (var job : jobs) {
      var option = option(job, model);
      if (option.isEmpty() || !job.wishes().lanes().isEmpty()) {
        return Optional.empty();
      }
      count = Math.max(count, option.get().lane().count());
      group = Math.max(group, option.get().lane().group());
    }
    var lane = lane(NEW_LANE, model, Matching.roundUp(count, group), group);
    boolean all =
        jobs.stream()
            .allMatch(job -> matching.fit(job, lane, fleet.budgetWatts()) instanceof Fit.Runs);
    return all
        ? Optional.of(new Option(lane, lane.count(), present(model), false))
        : Optional.empty();
  }

  private Change alone(JobClass job) {
    var options = options(job);
    return options.isEmpty()
        ? onOtherDevices(job).orElseGet(() -> none(job))
        : change(List.of(job.name()), options);
  }

  private static Change none(JobClass job) {
    return new Change(
        Purpose.MAKE_POSSIBLE,
        List.of(job.name()),
        0,
        "",
        0,
        null,
        "No accelerator of the catalogue can run " + job.name() + " as it asks.",
        List.of());
  }

  /** Where only the number of devices that the job asks for stands in the way, says that. */
  private Optional<Change> onOtherDevices(JobClass job) {
    if (job.work().devices() == 0) {
      return Optional.empty();
    }
    var free = job.onAnyDevices();
    var leaveOut =
        "Leave out devices: "
            + job.work().devices()
            + " of "
            + job.name()
            + ", with which no accelerator of the catalogue can run it. ";
    if (fleet.lanes().stream()
        .anyMatch(lane -> matching.fit(free, lane, fleet.budgetWatts()) instanceof Fit.Runs)) {
      return Optional.of(none(job).saying(leaveOut + "The fleet needs no change then."));
    }
    var options = options(free);
    return withoutDevices(free)
        .or(
            () ->
                options.isEmpty()
                    ? Optional.empty()
                    : Optional.of(change(List.of(job.name()), options)))
        .map(change -> change.saying(leaveOut + change.says()));
  }

  private static Change change(List<String> jobs, List<Option> options) {
    var best = options.getFirst();
    return new Change(
        Purpose.MAKE_POSSIBLE,
        jobs,
        best.added(),
        best.id(),
        best.existing() ? 0 : best.lane().group(),
        null,
        "Add " + says(best) + ".",
        options.stream()
            .filter(option -> !option.id().equals(best.id()))
            .limit(ALTERNATIVES_MAX)
            .map(Additions::says)
            .toList());
  }

  private static String says(Option option) {
    var watts = option.watts();
    return Words.count(option.added())
        + " x "
        + option.id()
        + (option.existing() ? " to lane " + option.lane().lane() : "")
        + (watts == null ? "" : ", " + Words.watts(watts) + " at most")
        + joined(option.lane().model(), option.lane().count());
  }

  /** What is supposed of how devices exchange that the catalogue doesn't say. */
  private static String joined(AcceleratorModel model, int devices) {
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
        : " (" + kind + " joins " + Words.count(joins) + "; supposing a fast network beyond)";
  }

  /** Every kind of device that would do, best first. */
  private List<Option> options(JobClass job) {
    var options = new ArrayList<Option>();
    fleet.lanes().forEach(lane -> larger(job, lane).ifPresent(options::add));
    models().forEach(model -> option(job, model).ifPresent(options::add));
    options.sort(Option.ORDER);
    return options;
  }

  /** More devices in a lane that has too few. */
  private Optional<Option> larger(JobClass job, PlannedLane lane) {
    var fit = matching.fit(job, lane.withCount(COUNT_MAX), fleet.budgetWatts());
    return fit instanceof Fit.Runs runs && runs.devices() > lane.count()
        ? Optional.of(
            new Option(lane.withCount(runs.devices()), runs.devices() - lane.count(), true, true))
        : Optional.empty();
  }

  /** A new lane of one kind of device. */
  private Optional<Option> option(JobClass job, AcceleratorModel model) {
    var wished = job.wishes().lanes();
    var name = wished.isEmpty() ? NEW_LANE : wished.getFirst();
    for (int group = 1; group <= (job.trains() ? 1 : GROUP_MAX); group *= 2) {
      var fit = matching.fit(job, lane(name, model, COUNT_MAX, group), fleet.budgetWatts());
      if (fit instanceof Fit.Runs runs) {
        return Optional.of(
            new Option(
                lane(name, model, runs.devices(), group), runs.devices(), present(model), false));
      }
    }
    return Optional.empty();
  }

  private static PlannedLane lane(String name, AcceleratorModel model, int count, int group) {
    return new PlannedLane(name, model, count, group, null);
  }

  /** Nobody should buy a device for a job of which it isn't known whether it holds it. */
  private Stream<AcceleratorModel> models() {
    return catalogue.all().stream().filter(model -> model.memory().gigabytes() != null);
  }

  private boolean present(AcceleratorModel model) {
    return fleet.lanes().stream().anyMatch(lane -> lane.model().equals(model));
  }
}
