package dev.sluice.planner;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A fleet, a mix, and how every class of jobs and lane go together: what a simulation starts from.
 *
 * @param fleet the fleet
 * @param mix the jobs
 * @param fits by class, then by lane
 */
record Scene(PlannedFleet fleet, JobMix mix, List<List<Fit>> fits) {

  Scene {
    fits = fits.stream().map(List::copyOf).toList();
  }

  static Scene of(PlannedFleet fleet, JobMix mix, Matching matching) {
    var fits = new ArrayList<List<Fit>>();
    for (var job : mix.jobs()) {
      fits.add(
          fleet.lanes().stream()
              .map(lane -> matching.fit(job, lane, fleet.budgetWatts()))
              .toList());
    }
    return new Scene(fleet, mix, fits);
  }

  /** Lanes that run a class. */
  int[] eligible(int job) {
    var lanes = fits.get(job);
    return IntStream.range(0, lanes.size())
        .filter(lane -> lanes.get(lane) instanceof Fit.Runs)
        .toArray();
  }

  /** Whether no lane ever runs a class, as far as is known. */
  boolean never(int job) {
    return fits.get(job).stream().allMatch(Fit.Impossible.class::isInstance);
  }
}
