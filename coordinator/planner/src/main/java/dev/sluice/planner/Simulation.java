package dev.sluice.planner;

import dev.sluice.coordinator.placement.Candidate;
import dev.sluice.coordinator.placement.Placement;
import dev.sluice.schemas.wire.Priority;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A discrete-event simulation of a fleet: jobs arrive, placement chooses a lane by the ledger's own
 * rule, the lane's devices take them by priority and then by arrival.
 *
 * <p>All that a job of one class costs on a lane is computed before, so that the jobs themselves
 * are numbers: an arrival and an end each, without an object. Devices of a lane are alike, hence a
 * lane is a number of free ones. Nothing is pre-empted, and nothing overtakes a job that waits for
 * several devices; where power is short, the oldest job of the highest priority gets it first.
 */
final class Simulation {

  private static final int PRIORITIES = Priority.values().length;
  private static final int SAMPLES_WITHIN_HORIZON = 150;

  private final Scene scene;
  private final Costs costs;
  private final Arrivals arrivals;
  private final EventHeap running = new EventHeap();
  private final LaneState[] lanes;
  private final Tally tally;
  private final @Nullable Double budgetWatts;
  private final List<Candidate> candidates = new ArrayList<>();
  private double now;
  private double watts;
  private boolean powerShort;

  private Simulation(Scene scene) {
    this.scene = scene;
    costs = new Costs(scene);
    arrivals = new Arrivals(scene.mix());
    budgetWatts = scene.fleet().budgetWatts();
    lanes = new LaneState[scene.fleet().lanes().size()];
    for (int lane = 0; lane < lanes.length; lane++) {
      lanes[lane] = new LaneState(lane, scene.fleet().lanes().get(lane), costs, budgetWatts);
    }
    double interval =
        Math.min(
            scene.mix().horizonSeconds() / SAMPLES_WITHIN_HORIZON,
            costs.shortestSeconds() / SAMPLES_WITHIN_HORIZON);
    tally = new Tally(scene, new Series(lanes.length, interval));
  }

  /** Simulates until every job that can run has run. */
  static Tally run(Scene scene) {
    return new Simulation(scene).run();
  }

  private Tally run() {
    while (Double.isFinite(nextTime())) {
      sampleUpTo(nextTime());
      advance(nextTime());
      if (running.time() <= now) {
        finish(running.remove());
      } else {
        arrive(arrivals.take());
      }
      tally.events++;
    }
    tally.end(now, arrivals, lanes, watts);
    return tally;
  }

  private double nextTime() {
    return Math.min(running.time(), arrivals.time());
  }

  private void sampleUpTo(double time) {
    while (tally.series.next() <= time) {
      tally.sample(lanes, watts);
    }
    if (time > scene.mix().horizonSeconds() && !tally.horizonSeen) {
      tally.horizon(arrivals, lanes);
    }
  }

  private void advance(double time) {
    if (powerShort) {
      tally.powerShortSeconds += time - now;
    }
    now = time;
  }

  private void arrive(int job) {
    if (costs.alike(job).length == 0) {
      return; // counted as arrived, and never done
    }
    int lane = place(job);
    lanes[lane].enqueue(job, now);
    dispatch(lane);
    tally.waitingMost[lane] = Math.max(tally.waitingMost[lane], lanes[lane].waiting());
  }

  private int place(int job) {
    int[][] groups = costs.alike(job);
    if (groups.length == 1 && groups[0].length == 1) {
      return groups[0][0];
    }
    candidates.clear();
    for (int[] alike : groups) {
      candidates.add(soonest(job, alike));
    }
    return costs.laneOf(Placement.choose(candidates, costs.aim(job)).orElseThrow());
  }

  /**
   * Of lanes on which a job takes the same time and energy, placement would choose the one with the
   * shortest wait, whatever the aim. Only that one is put before it, as a thousand lanes would
   * otherwise be a thousand objects for each job.
   */
  private Candidate soonest(int job, int[] alike) {
    int soonest = alike[0];
    double leastSeconds = Double.POSITIVE_INFINITY;
    for (int i = 0; i < alike.length && leastSeconds > 0; i++) {
      tally.looks++;
      double wait = lanes[alike[i]].waitSeconds(job, now);
      if (wait < leastSeconds) {
        soonest = alike[i];
        leastSeconds = wait;
      }
    }
    return costs.candidate(job, soonest, leastSeconds);
  }

  private void finish(int cell) {
    int job = costs.jobOf(cell);
    int lane = costs.laneOf(cell);
    lanes[lane].release(now);
    watts -= costs.watts(job, lane);
    tally.finished(job, now);
    dispatch(lane);
  }

  private void dispatch(int lane) {
    if (budgetWatts == null) {
      while (lanes[lane].startable()) {
        start(lane);
      }
    } else {
      dispatchWithin(budgetWatts);
    }
    lanes[lane].noteBlocked(now, tally);
  }

  /** Any lane's job may wait for power that another lane has just let go. */
  private void dispatchWithin(double budget) {
    powerShort = false;
    for (int lane = first(); lane >= 0; lane = first()) {
      if (watts + costs.watts(lanes[lane].job(), lane) > rounded(budget)) {
        powerShort = true;
        return;
      }
      start(lane);
    }
  }

  /** The lane whose devices are free for the job that comes before all others; -1: none. */
  private int first() {
    tally.looks += lanes.length;
    int first = -1;
    for (int lane = 0; lane < lanes.length; lane++) {
      if (lanes[lane].startable() && (first < 0 || lanes[lane].headIsBefore(lanes[first]))) {
        first = lane;
      }
    }
    return first;
  }

  private void start(int lane) {
    var state = lanes[lane];
    int job = state.job();
    double waited = now - state.arrival();
    state.dequeue();
    double end = now + costs.seconds(job, lane);
    state.take(costs.devices(job, lane), end);
    watts += costs.watts(job, lane);
    running.add(end, costs.cell(job, lane));
    tally.wattsMost = Math.max(tally.wattsMost, watts);
    tally.started(job, lane, now, waited, costs);
    state.noteBlocked(now, tally);
  }

  static int priorities() {
    return PRIORITIES;
  }

  /** A budget that sums of powers can meet exactly, however they were rounded. */
  static double rounded(double budgetWatts) {
    return budgetWatts * (1 + 1e-12);
  }
}
