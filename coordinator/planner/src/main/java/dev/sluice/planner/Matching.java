package dev.sluice.planner;

import dev.sluice.accelerators.capability.Capability;
import dev.sluice.accelerators.capability.Requirements;
import dev.sluice.accelerators.capability.Requirements.MemoryNeed;
import dev.sluice.accelerators.catalogue.AcceleratorModel;
import dev.sluice.accelerators.catalogue.NumberFormat;
import dev.sluice.accelerators.cost.MemoryLeft;
import dev.sluice.schemas.wire.Reason;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds out, once for every class of jobs and lane, whether they go together and at what price.
 *
 * <p>A worker of a lane has {@link PlannedLane#group} devices and spreads a model of inference over
 * all of them. A training job takes several workers, and spreads weights and optimizer state over
 * all their devices where one does not hold them.
 */
final class Matching {

  /** From here on whole nodes are added. */
  private static final int NODE = 8;

  /** The cost model may know of less memory than is printed; so many larger sizes are tried. */
  private static final int LARGER_SIZES_MAX = 4;

  private final Forecaster forecaster;

  Matching(Forecaster forecaster) {
    this.forecaster = forecaster;
  }

  /** How a class of jobs and a lane go together. */
  Fit fit(JobClass job, PlannedLane lane, @Nullable Double budgetWatts) {
    var reasons = wishes(job, lane);
    var fits = new ArrayList<Fit>();
    for (var format : candidates(job, lane.model())) {
      var fit = fit(job, lane, format, budgetWatts);
      if (fit instanceof Fit.Runs && reasons.isEmpty()) {
        return fit;
      }
      fits.add(fit);
    }
    if (fits.isEmpty()) {
      fits.add(new Fit.Impossible(objections(job, lane, job.work().formats(), null)));
    }
    return refusal(reasons, fits);
  }

  /** What a lane lacks in the format that asks least of it; the wishes of the job come first. */
  private static Fit refusal(List<String> wishes, List<Fit> fits) {
    var unpredictable = fits.stream().filter(Fit.Unpredictable.class::isInstance).findFirst();
    if (wishes.isEmpty() && unpredictable.isPresent()) {
      return unpredictable.get();
    }
    var reasons = new ArrayList<>(wishes);
    fits.stream()
        .filter(Fit.Impossible.class::isInstance)
        .map(Fit.Impossible.class::cast)
        .min(Comparator.comparingInt(impossible -> impossible.reasons().size()))
        .ifPresent(least -> reasons.addAll(least.reasons()));
    return new Fit.Impossible(reasons);
  }

  private static List<String> wishes(JobClass job, PlannedLane lane) {
    var reasons = new ArrayList<String>();
    var wishes = job.wishes();
    if (!wishes.lanes().isEmpty() && !wishes.lanes().contains(lane.lane())) {
      reasons.add("The job asks for " + String.join(", ", wishes.lanes()) + " only.");
    }
    if (wishes.notLanes().contains(lane.lane())) {
      reasons.add("The job rules this lane out.");
    }
    return reasons;
  }

  /**
   * Formats that both take, the fastest first; equal ones in the order of the constants. Where
   * there is none, those of which nobody says that the device doesn't take them.
   */
  private static List<NumberFormat> candidates(JobClass job, AcceleratorModel model) {
    var accepted = model.formats().stream().filter(job.work().formats()::contains).toList();
    var may = accepted.isEmpty() ? job.work().formats() : accepted;
    return may.stream()
        .filter(format -> !model.refuses(format))
        .sorted(
            Comparator.<NumberFormat>comparingDouble(format -> -model.peak(format).orElse(0))
                .thenComparing(Comparator.naturalOrder()))
        .toList();
  }

  private Fit fit(
      JobClass job, PlannedLane lane, NumberFormat format, @Nullable Double budgetWatts) {
    var need = forecaster.memory(job, format);
    var reasons = new ArrayList<>(objections(job, lane, Set.of(format), need));
    int devices = devices(job, lane, need);
    reasons.addAll(size(devices, lane, budgetWatts));
    if (!reasons.isEmpty()) {
      return new Fit.Impossible(reasons);
    }
    var fit = forecast(job, lane, format, devices);
    for (int tries = 0; fit instanceof Fit.Impossible && tries < LARGER_SIZES_MAX; tries++) {
      devices = roundUp(next(devices), lane.group());
      if (!job.trains() || job.work().devices() > 0 || devices > lane.count()) {
        break;
      }
      fit = forecast(job, lane, format, devices);
    }
    return fit;
  }

  private Fit forecast(JobClass job, PlannedLane lane, NumberFormat format, int devices) {
    return switch (forecaster.outlook(job, lane, format, devices)) {
      case Forecaster.Outlook.Runs runs ->
          new Fit.Runs(
              devices,
              runs.seconds(),
              joules(runs, lane, devices),
              format,
              runs.bound(),
              runs.notes());
      case Forecaster.Outlook.Cannot(var reasons) -> new Fit.Impossible(reasons);
      case Forecaster.Outlook.Unknown(var reasons) -> new Fit.Unpredictable(reasons);
    };
  }

  /** What the fleet says of its devices' power goes before what is published. */
  private static @Nullable Double joules(
      Forecaster.Outlook.Runs runs, PlannedLane lane, int devices) {
    var watts = lane.wattsGiven();
    return watts == null ? runs.joules() : Double.valueOf(watts * devices * runs.seconds());
  }

  private static List<String> objections(
      JobClass job, PlannedLane lane, Set<NumberFormat> formats, @Nullable MemoryNeed need) {
    int spread = job.trains() ? spread(job, lane, need) : lane.group();
    var needs = new Requirements(job.work().purpose(), formats, need, spread, null, 0, 0, 0);
    return Capability.objections(needs, lane.model()).stream().map(Reason::what).toList();
  }

  /** Devices that a training job has to spread its state over, as far as it has so many. */
  private static int spread(JobClass job, PlannedLane lane, @Nullable MemoryNeed need) {
    int asked = job.work().devices();
    int most = asked > 0 ? Math.min(roundUp(asked, lane.group()), lane.count()) : lane.count();
    return Math.clamp(fewest(lane, need), 1, most);
  }

  private static int devices(JobClass job, PlannedLane lane, @Nullable MemoryNeed need) {
    int asked = job.work().devices();
    int fewest = job.trains() ? fewest(lane, need) : 1;
    return roundUp(asked > 0 ? asked : fewest, lane.group());
  }

  /** Devices whose memory together holds a need, in sizes that are bought. */
  private static int fewest(PlannedLane lane, @Nullable MemoryNeed need) {
    var left = MemoryLeft.of(lane.model());
    if (need == null || left.isEmpty()) {
      return 1;
    }
    double exact = Math.ceil(need.bytes() / left.get().bytes());
    return sized((int) Math.clamp(exact, 1, PlannedLane.COUNT_MAX));
  }

  /** 1, 2, 4, then whole nodes of 8. */
  static int sized(int devices) {
    return devices <= NODE
        ? Math.max(1, Integer.highestOneBit(2 * devices - 1))
        : roundUp(devices, NODE);
  }

  private static int next(int devices) {
    return sized(devices + 1);
  }

  static int roundUp(int devices, int step) {
    return Math.ceilDiv(devices, step) * step;
  }

  private static List<String> size(int devices, PlannedLane lane, @Nullable Double budgetWatts) {
    var reasons = new ArrayList<String>();
    if (devices > lane.count()) {
      reasons.add(
          "It takes "
              + Figures.count(devices, "device")
              + ", and the lane has "
              + Figures.count(lane.count())
              + ".");
    }
    var watts = lane.watts();
    if (budgetWatts != null && watts != null && devices * watts > budgetWatts) {
      reasons.add(
          "The "
              + Figures.count(devices, "device")
              + " that it takes may draw "
              + Figures.wattsUp(devices * watts)
              + ", and the fleet's budget is "
              + Figures.watts(budgetWatts)
              + ".");
    }
    return reasons;
  }
}
