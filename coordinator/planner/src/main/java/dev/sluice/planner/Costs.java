package dev.sluice.planner;

import dev.sluice.coordinator.placement.Candidate;
import dev.sluice.schemas.wire.Aim;
import dev.sluice.schemas.wire.Priority;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What a job of each class takes on each lane, in arrays. A cell is a class on a lane. */
final class Costs {

  private final Scene scene;
  private final int lanes;
  private final int[] devices;
  private final double[] seconds;
  private final double[] watts;
  private final double[] joules;
  private final @Nullable Double[] workSeconds;
  private final @Nullable Double[] workJoules;
  private final int[][] eligible;
  private final int[][][] alike;
  private final Map<String, Integer> laneByName = new HashMap<>();
  private final int[] priorities;
  private final Aim[] aims;

  Costs(Scene scene) {
    this.scene = scene;
    lanes = scene.fleet().lanes().size();
    int jobs = scene.mix().jobs().size();
    devices = new int[jobs * lanes];
    seconds = new double[jobs * lanes];
    watts = new double[jobs * lanes];
    joules = new double[jobs * lanes];
    workSeconds = new @Nullable Double[jobs * lanes];
    workJoules = new @Nullable Double[jobs * lanes];
    eligible = new int[jobs][];
    alike = new int[jobs][][];
    for (int lane = 0; lane < lanes; lane++) {
      laneByName.put(scene.fleet().lanes().get(lane).lane(), lane);
    }
    priorities = new int[jobs];
    aims = new Aim[jobs];
    for (int job = 0; job < jobs; job++) {
      var wishes = scene.mix().jobs().get(job).wishes();
      priorities[job] = rank(wishes.priority());
      aims[job] = wishes.aim();
      eligible[job] = scene.eligible(job);
      for (int lane : eligible[job]) {
        put(job, lane);
      }
      alike[job] = alike(job, eligible[job]);
    }
  }

  /**
   * What a job takes on a lane.
   *
   * @param seconds its time
   * @param joules its energy; null: not known
   */
  private record Price(double seconds, @Nullable Double joules) {}

  private int[][] alike(int job, int[] lanesOfJob) {
    var byPrice = new LinkedHashMap<Price, List<Integer>>();
    for (int lane : lanesOfJob) {
      int cell = cell(job, lane);
      byPrice
          .computeIfAbsent(new Price(seconds[cell], workJoules[cell]), price -> new ArrayList<>())
          .add(lane);
    }
    return byPrice.values().stream()
        .map(
            group ->
                group.stream()
                    .sorted(Comparator.comparing(lane -> scene.fleet().lanes().get(lane).lane()))
                    .mapToInt(Integer::intValue)
                    .toArray())
        .toArray(int[][]::new);
  }

  private void put(int job, int lane) {
    if (!(scene.fits().get(job).get(lane) instanceof Fit.Runs runs)) {
      return;
    }
    int cell = cell(job, lane);
    var each = scene.fleet().lanes().get(lane).watts();
    var energy = runs.joules();
    devices[cell] = runs.devices();
    seconds[cell] = runs.seconds();
    watts[cell] = each == null ? 0 : each * runs.devices();
    joules[cell] = energy == null ? Double.NaN : energy;
    workSeconds[cell] = runs.seconds();
    workJoules[cell] = energy;
  }

  /** The queue of a priority; the first is served first. */
  private static int rank(Priority priority) {
    return switch (priority) {
      case HIGH -> 0;
      case NORMAL -> 1;
      case LOW -> 2;
    };
  }

  /** Number of a class on a lane. */
  int cell(int job, int lane) {
    return job * lanes + lane;
  }

  int jobOf(int cell) {
    return cell / lanes;
  }

  int laneOf(int cell) {
    return cell % lanes;
  }

  int[] eligible(int job) {
    return eligible[job];
  }

  /** Lanes that run a class, those together where it takes the same; of these by name. */
  int[][] alike(int job) {
    return alike[job];
  }

  /** The lane of a candidate. */
  int laneOf(Candidate candidate) {
    return Objects.requireNonNull(laneByName.get(candidate.lane()));
  }

  int priority(int job) {
    return priorities[job];
  }

  Aim aim(int job) {
    return aims[job];
  }

  int devices(int job, int lane) {
    return devices[cell(job, lane)];
  }

  double seconds(int job, int lane) {
    return seconds[cell(job, lane)];
  }

  double deviceSeconds(int job, int lane) {
    int cell = cell(job, lane);
    return devices[cell] * seconds[cell];
  }

  /** What a job draws at most; 0 where it isn't known, which no fleet with a budget has. */
  double watts(int job, int lane) {
    return watts[cell(job, lane)];
  }

  /** Energy of a job; not a number where it isn't known. */
  double joules(int job, int lane) {
    return joules[cell(job, lane)];
  }

  /** What placement goes by. */
  Candidate candidate(int job, int lane, double waitSeconds) {
    int cell = cell(job, lane);
    var planned = scene.fleet().lanes().get(lane);
    return new Candidate(
        planned.lane(),
        planned.count() / planned.group(),
        waitSeconds,
        workSeconds[cell],
        workJoules[cell]);
  }

  /** The shortest job's time, in seconds; a second where none runs. */
  double shortestSeconds() {
    double shortest = Double.POSITIVE_INFINITY;
    for (double time : seconds) {
      shortest = time > 0 ? Math.min(shortest, time) : shortest;
    }
    return Double.isFinite(shortest) ? shortest : 1;
  }
}
