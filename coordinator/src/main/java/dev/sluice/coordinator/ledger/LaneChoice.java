package dev.sluice.coordinator.ledger;

import dev.sluice.accelerators.capability.JobNeeds;
import dev.sluice.coordinator.placement.Admission;
import dev.sluice.coordinator.placement.Fleet;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.JobSpec;
import dev.sluice.schemas.wire.Lane;
import dev.sluice.schemas.wire.LaneVerdict;
import dev.sluice.schemas.wire.ModelVersion;
import dev.sluice.schemas.wire.PlacementWishes;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Lanes for jobs that have their rows themselves. Thousands of them come in a second and ask for
 * the same, so what was found out is kept for as long as fleet and lanes are the same.
 */
final class LaneChoice {

  /** Kept at most; whoever asks for more different things at a time has them judged each time. */
  private static final int KEPT_MAX = 1_000;

  /**
   * A lane, or why there is none.
   *
   * @param lane which; empty: none can run the job
   * @param without why there is none
   */
  record Chosen(String lane, @Nullable Cause without) {}

  /** All that a choice depends on beside fleet and lanes. */
  private record Asked(
      String model, int version, String sha256, List<String> lanes, PlacementWishes wishes) {}

  private final Map<Asked, Chosen> kept = new HashMap<>();
  private @Nullable Fleet fleet;
  private List<Lane> lanes = List.of();

  /**
   * The best lane for a job.
   *
   * @param model version that answers
   * @param now who is alive
   * @param declared all lanes
   */
  Chosen of(
      Admission admission, JobSpec spec, ModelVersion model, Fleet now, Collection<Lane> declared) {
    if (now != fleet || !sameLanes(declared)) {
      kept.clear();
      fleet = now;
      lanes = List.copyOf(declared);
    }
    var asked =
        new Asked(model.name(), model.version(), model.sha256(), spec.lanes(), spec.wishes());
    var known = kept.get(asked);
    if (known == null) {
      known = judge(admission, spec, model, now, declared, lane -> true);
      if (kept.size() < KEPT_MAX) {
        kept.put(asked, known);
      }
    }
    return known;
  }

  private boolean sameLanes(Collection<Lane> declared) {
    return lanes.size() == declared.size() && lanes.equals(List.copyOf(declared));
  }

  /** The best of the eligible lanes, judged now. */
  static Chosen judge(
      Admission admission,
      JobSpec spec,
      ModelVersion model,
      Fleet now,
      Collection<Lane> declared,
      Predicate<String> eligible) {
    var needs = JobNeeds.of(spec.work(), JobNeeds.Known.of(model, 0));
    List<LaneVerdict> verdicts =
        admission.judge(new Admission.Question(spec, needs, ""), declared, now, eligible);
    return Admission.chosen(verdicts)
        .map(lane -> new Chosen(lane, null))
        .orElseGet(() -> new Chosen("", Placing.noLane(verdicts)));
  }
}
