package dev.sluice.planner;

import java.util.Optional;
import java.util.function.LongFunction;
import java.util.function.Predicate;

/**
 * Searches, by simulation, the least amount of something with which a fleet is done in time. How
 * often it simulates is bounded by the jobs in all simulations, so that a large plan is not delayed
 * for the last device.
 */
final class LeastSearch {

  /** Until so many jobs were simulated, the least amount is searched exactly. */
  private static final long EXACT_JOBS_MAX = 4_000_000;

  /** Until so many, to {@link #GAP}. */
  private static final long JOBS_MAX = 24_000_000;

  /** So many looks at a lane take as long as a job. */
  private static final long LOOKS_PER_JOB = 100;

  private static final double GAP = 0.01;
  private static final int SIMULATIONS_MIN = 3;

  /** Doubled so often to no effect, an amount is no remedy. */
  private static final int IN_VAIN_MAX = 2;

  private final Matching matching;
  private final JobMix mix;
  private long jobs;
  private int simulations;

  LeastSearch(Matching matching, JobMix mix) {
    this.matching = matching;
    this.mix = mix;
  }

  /**
   * What was found.
   *
   * @param enough least amount found that is enough
   * @param tooLittle greatest amount found that is too little; 0: none was tried
   * @param tally what comes of the amount that is enough
   */
  record Found(long enough, long tooLittle, Tally tally) {

    /** Nothing, or that a lesser amount may do. */
    String atMost() {
      return enough - tooLittle > 1 ? "at most " : "";
    }
  }

  /** What a fleet makes of the mix. */
  Tally run(PlannedFleet fleet) {
    var tally = Simulation.run(Scene.of(fleet, mix, matching));
    jobs += tally.events / 2 + tally.looks / LOOKS_PER_JOB;
    simulations++;
    return tally;
  }

  /**
   * Doubles until it is enough, then halves the gap.
   *
   * @param first amount to begin with
   * @param most amount that isn't exceeded
   * @param changed the fleet with an amount
   * @param kept what is to be reached
   */
  Optional<Found> search(
      long first, long most, LongFunction<PlannedFleet> changed, Predicate<Tally> kept) {
    return enough(first, most, changed, kept).map(found -> narrowed(found, changed, kept));
  }

  private Optional<Found> enough(
      long first, long most, LongFunction<PlannedFleet> changed, Predicate<Tally> kept) {
    long tooLittle = 0;
    double soonest = Double.POSITIVE_INFINITY;
    int inVain = 0;
    for (long amount = Math.min(first, most); left(JOBS_MAX); amount = Math.min(2 * amount, most)) {
      var tally = run(changed.apply(amount));
      if (kept.test(tally)) {
        return Optional.of(new Found(amount, tooLittle, tally));
      }
      inVain = tally.makespanSeconds < soonest ? 0 : inVain + 1;
      soonest = Math.min(soonest, tally.makespanSeconds);
      tooLittle = amount;
      if (amount == most || inVain == IN_VAIN_MAX) {
        break;
      }
    }
    return Optional.empty();
  }

  private Found narrowed(Found found, LongFunction<PlannedFleet> changed, Predicate<Tally> kept) {
    var narrowed = found;
    while (open(narrowed)) {
      long middle = narrowed.tooLittle() + (narrowed.enough() - narrowed.tooLittle()) / 2;
      var tally = run(changed.apply(middle));
      narrowed =
          kept.test(tally)
              ? new Found(middle, narrowed.tooLittle(), tally)
              : new Found(narrowed.enough(), middle, narrowed.tally());
    }
    return narrowed;
  }

  private boolean open(Found found) {
    long gap = found.enough() - found.tooLittle();
    return gap > 1 && left(gap > GAP * found.enough() ? JOBS_MAX : EXACT_JOBS_MAX);
  }

  private boolean left(long jobsMax) {
    return jobs < jobsMax || simulations < SIMULATIONS_MIN;
  }
}
