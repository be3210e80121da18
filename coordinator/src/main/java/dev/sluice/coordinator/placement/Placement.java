package dev.sluice.coordinator.placement;

import dev.sluice.schemas.wire.Aim;
import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Chooses among lanes that can run a job. The ledger and the planner choose by this same rule.
 *
 * <p>Lanes with workers come first: a figure for hardware that is not there yet is no help now.
 * Among these the least predicted finish or energy wins; what can't be predicted comes after what
 * can. Ties fall to the shorter wait, then to the name, so that the choice is a function of what is
 * known.
 */
public final class Placement {

  private static final Comparator<@Nullable Double> UNKNOWN_LAST =
      Comparator.nullsLast(Comparator.<Double>naturalOrder());

  private static final Comparator<Candidate> NO_WORKERS_LAST =
      Comparator.comparing(candidate -> candidate.workers() == 0);

  private static final Comparator<Candidate> BY_FINISH =
      NO_WORKERS_LAST
          .thenComparing(by(Candidate::finishSeconds))
          .thenComparing(by(Candidate::waitSeconds))
          .thenComparing(Candidate::lane);

  private static final Comparator<Candidate> BY_ENERGY =
      NO_WORKERS_LAST.thenComparing(by(Candidate::joules)).thenComparing(BY_FINISH);

  private Placement() {}

  /**
   * The best lane.
   *
   * @param candidates lanes that can run the job
   * @param aim what to lower
   * @return empty where there are no candidates
   */
  public static Optional<Candidate> choose(Collection<Candidate> candidates, Aim aim) {
    return candidates.stream().min(order(aim));
  }

  /** Best first. */
  public static Comparator<Candidate> order(Aim aim) {
    return switch (aim) {
      case FINISH -> BY_FINISH;
      case ENERGY -> BY_ENERGY;
    };
  }

  private static Comparator<Candidate> by(Function<Candidate, @Nullable Double> figure) {
    return (one, other) -> UNKNOWN_LAST.compare(figure.apply(one), figure.apply(other));
  }
}
