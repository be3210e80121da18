package dev.sluice.planner;

import dev.sluice.planner.Plan.Bottleneck;
import dev.sluice.planner.Plan.Bottleneck.Kind;
import dev.sluice.planner.Plan.JobOutcome;
import dev.sluice.planner.Plan.LaneOutcome;
import dev.sluice.planner.Plan.Status;
import dev.sluice.planner.Plan.Totals;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Finds what holds a fleet up. */
final class Bottlenecks {

  /** Jobs that wait for a lesser share of their own time hardly notice. */
  private static final double LONG = 0.1;

  /** Power that is short for less of the time is no bottleneck. */
  private static final double SHORT = 0.1;

  /** Below this share of its devices' time a lane isn't short of devices. */
  private static final double IDLE = 0.5;

  private Bottlenecks() {}

  /** The worst: what is missing before what is short, power before devices. */
  static Bottleneck find(
      Scene scene, Tally tally, Totals totals, List<JobOutcome> jobs, List<LaneOutcome> lanes) {
    var never =
        jobs.stream()
            .filter(job -> job.status() == Status.NEVER)
            .max(Comparator.comparingLong(JobOutcome::arrived));
    if (never.isPresent()) {
      return capability(never.get(), totals);
    }
    double powerShort = totals.powerShortSeconds() / Math.max(1e-9, totals.makespanSeconds());
    var budget = scene.fleet().budgetWatts();
    if (powerShort > SHORT && budget != null) {
      return new Bottleneck(
          Kind.POWER,
          "power budget",
          "For %s of the time a job had its devices and waited for power; the budget is %s."
              .formatted(Figures.percent(powerShort), Figures.watts(budget)));
    }
    if (totals.keepsUp() && jobs.stream().noneMatch(Bottlenecks::waits)) {
      return none(lanes);
    }
    return lanes.stream()
        .filter(lane -> lane.waitingMost() > 0)
        .max(
            Comparator.comparingDouble(LaneOutcome::waitingSecondsAtHorizon)
                .thenComparingDouble(LaneOutcome::utilisationWithinHorizon))
        .map(lane -> lane(scene, tally, jobs, lane))
        .orElseGet(() -> none(lanes));
  }

  /** Whether some of these jobs wait for long, by what they take themselves. */
  private static boolean waits(JobOutcome job) {
    double fastest = job.where().stream().mapToDouble(Plan.Where::seconds).min().orElse(0);
    return job.waits().p95() > LONG * fastest;
  }

  private static Bottleneck capability(JobOutcome job, Totals totals) {
    var reasons =
        job.refusals().stream()
            .map(refusal -> refusal.lane() + ": " + refusal.reasons().getFirst())
            .collect(Collectors.joining(" "));
    return new Bottleneck(
        Kind.CAPABILITY,
        job.job().name(),
        "%s of %s (%s) can never run, %s of them of %s. %s"
            .formatted(
                Figures.count(totals.never()),
                Figures.count(totals.arrived(), "job"),
                Figures.percent((double) totals.never() / Math.max(1, totals.arrived())),
                Figures.count(job.arrived()),
                job.job().name(),
                reasons));
  }

  private static Bottleneck lane(
      Scene scene, Tally tally, List<JobOutcome> jobs, LaneOutcome lane) {
    var works =
        "Its %s x %s work %s of the time in which jobs arrive, and %s wait at the end of it (%s at"
            .formatted(
                Figures.count(lane.lane().count()),
                lane.lane().model().id(),
                Figures.percent(lane.utilisationWithinHorizon()),
                Figures.count(lane.waitingAtHorizon(), "job"),
                Figures.count(lane.waitingMost()));
    var rest =
        " most), which is %s of work for the whole lane."
            .formatted(Figures.span(lane.waitingSecondsAtHorizon()));
    return new Bottleneck(
        Kind.LANE, lane.lane().lane(), works + rest + blocked(scene, tally, jobs, lane));
  }

  /**
   * Where devices are idle and jobs wait all the same, which of these need more devices at once
   * than are idle; empty where that is not why they wait.
   */
  private static String blocked(
      Scene scene, Tally tally, List<JobOutcome> jobs, LaneOutcome outcome) {
    int lane = scene.fleet().lanes().indexOf(outcome.lane());
    int job =
        IntStream.range(0, jobs.size())
            .boxed()
            .max(Comparator.comparingDouble(each -> tally.blockedSeconds[each][lane]))
            .orElseThrow();
    double share = tally.blockedSeconds[job][lane] / Math.max(1e-9, tally.makespanSeconds);
    if (outcome.utilisationWithinHorizon() > IDLE
        || share < SHORT
        || !(scene.fits().get(job).get(lane) instanceof Fit.Runs runs)) {
      return "";
    }
    var wishes = jobs.get(job).job().wishes();
    return " For %s of the time the next job was one of %s (priority %s), which takes %s at once, and"
            .formatted(
                Figures.percent(share),
                jobs.get(job).job().name(),
                wishes.priority().name().toLowerCase(Locale.ROOT),
                Figures.count(runs.devices(), "device"))
        + " some were idle, but fewer.";
  }

  private static Bottleneck none(List<LaneOutcome> lanes) {
    var busiest =
        lanes.stream().max(Comparator.comparingDouble(LaneOutcome::utilisationWithinHorizon));
    return new Bottleneck(
        Kind.NONE,
        "nothing",
        busiest
            .map(
                lane ->
                    "The busiest lane, %s, works %s of the time in which jobs arrive."
                        .formatted(
                            lane.lane().lane(), Figures.percent(lane.utilisationWithinHorizon())))
            .orElse(""));
  }
}
