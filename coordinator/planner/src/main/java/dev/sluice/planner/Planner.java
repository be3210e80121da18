package dev.sluice.planner;

import dev.sluice.accelerators.catalogue.Catalogue;
import dev.sluice.planner.Plan.JobOutcome;
import dev.sluice.planner.Plan.LaneOutcome;
import dev.sluice.planner.Plan.LaneSamples;
import dev.sluice.planner.Plan.Refusal;
import dev.sluice.planner.Plan.Status;
import dev.sluice.planner.Plan.Timeline;
import dev.sluice.planner.Plan.Totals;
import dev.sluice.planner.Plan.Waits;
import dev.sluice.planner.Plan.Where;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Says what a fleet makes of a mix of jobs, and what to change where it can't make all of it. */
public final class Planner {

  private final Catalogue catalogue;
  private final Matching matching;

  /**
   * @param catalogue accelerators that could be added
   * @param forecaster what jobs take
   */
  public Planner(Catalogue catalogue, Forecaster forecaster) {
    this.catalogue = catalogue;
    matching = new Matching(forecaster);
  }

  /** The plan; a function of fleet, mix and catalogue. */
  public Plan plan(PlannedFleet fleet, JobMix mix) {
    var scene = Scene.of(fleet, mix, matching);
    var tally = Simulation.run(scene);
    var totals = totals(scene, tally);
    var jobs = jobs(scene, tally);
    var lanes = lanes(scene, tally);
    var bottleneck = Bottlenecks.find(scene, tally, totals, jobs, lanes);
    var changes = new Changes(catalogue, matching, scene).find(tally, bottleneck);
    return new Plan(fleet, mix, totals, jobs, lanes, timeline(scene, tally), bottleneck, changes);
  }

  private static Totals totals(Scene scene, Tally tally) {
    long never = 0;
    long unpredictable = 0;
    for (int job = 0; job < tally.arrived.length; job++) {
      switch (status(scene, job)) {
        case RUNS -> {}
        case NEVER -> never += tally.arrived[job];
        case UNPREDICTABLE -> unpredictable += tally.arrived[job];
      }
    }
    return new Totals(
        Arrays.stream(tally.arrived).sum(),
        Arrays.stream(tally.done).sum(),
        never,
        unpredictable,
        tally.makespanSeconds,
        Deadline.of(scene).kept(tally),
        Deadline.of(scene).graceSeconds(),
        known(Arrays.stream(tally.joules).sum()),
        powerKnown(scene) ? Double.valueOf(tally.wattsMost) : null,
        tally.powerShortSeconds,
        tally.events,
        tally.looks);
  }

  static Status status(Scene scene, int job) {
    if (scene.eligible(job).length > 0) {
      return Status.RUNS;
    }
    return scene.never(job) ? Status.NEVER : Status.UNPREDICTABLE;
  }

  private static boolean powerKnown(Scene scene) {
    return scene.fleet().lanes().stream().allMatch(lane -> lane.watts() != null);
  }

  private static @Nullable Double known(double value) {
    return Double.isNaN(value) ? null : value;
  }

  private static List<JobOutcome> jobs(Scene scene, Tally tally) {
    var outcomes = new ArrayList<JobOutcome>();
    for (int job = 0; job < scene.mix().jobs().size(); job++) {
      outcomes.add(job(scene, tally, job));
    }
    return outcomes;
  }

  private static JobOutcome job(Scene scene, Tally tally, int job) {
    var where = new ArrayList<Where>();
    var refusals = new ArrayList<Refusal>();
    double joules = 0;
    for (int lane = 0; lane < scene.fleet().lanes().size(); lane++) {
      var name = scene.fleet().lanes().get(lane).lane();
      long ran = tally.ran[job][lane];
      switch (scene.fits().get(job).get(lane)) {
        case Fit.Runs(var devices, var seconds, var each, var format, var bound, var notes) -> {
          where.add(new Where(name, ran, devices, seconds, each, format, bound, notes));
          joules += ran == 0 ? 0 : each == null ? Double.NaN : each * ran;
        }
        case Fit.Impossible(var reasons) -> refusals.add(new Refusal(name, false, reasons));
        case Fit.Unpredictable(var reasons) -> refusals.add(new Refusal(name, true, reasons));
      }
    }
    var waits = tally.waits[job];
    return new JobOutcome(
        scene.mix().jobs().get(job),
        status(scene, job),
        tally.arrived[job],
        tally.done[job],
        new Waits(waits.mean(), waits.quantile(0.5), waits.quantile(0.95), waits.most()),
        where,
        refusals,
        known(joules));
  }

  private static List<LaneOutcome> lanes(Scene scene, Tally tally) {
    var outcomes = new ArrayList<LaneOutcome>();
    for (int lane = 0; lane < scene.fleet().lanes().size(); lane++) {
      int index = lane;
      var planned = scene.fleet().lanes().get(lane);
      double makespan = tally.makespanSeconds;
      outcomes.add(
          new LaneOutcome(
              planned,
              Arrays.stream(tally.ran).mapToLong(ran -> ran[index]).sum(),
              makespan == 0 ? 0 : tally.busyDeviceSeconds[lane] / planned.count() / makespan,
              tally.busyWithinHorizon[lane]
                  / planned.count()
                  / Math.min(makespan == 0 ? 1 : makespan, scene.mix().horizonSeconds()),
              tally.waitingMost[lane],
              tally.waitingAtHorizon[lane],
              tally.waitingSecondsAtHorizon[lane],
              known(tally.joules[lane])));
    }
    return outcomes;
  }

  private static Timeline timeline(Scene scene, Tally tally) {
    var lanes =
        IntStream.range(0, scene.fleet().lanes().size())
            .mapToObj(
                lane ->
                    new LaneSamples(
                        scene.fleet().lanes().get(lane).lane(),
                        Arrays.stream(tally.series.waiting(lane)).boxed().toList(),
                        Arrays.stream(tally.series.busy(lane)).boxed().toList()))
            .toList();
    return new Timeline(
        Arrays.stream(tally.series.times()).boxed().toList(),
        lanes,
        powerKnown(scene) ? Arrays.stream(tally.series.watts()).boxed().toList() : List.of());
  }
}
