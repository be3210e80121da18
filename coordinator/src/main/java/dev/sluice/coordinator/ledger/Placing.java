package dev.sluice.coordinator.ledger;

import dev.sluice.accelerators.capability.JobNeeds;
import dev.sluice.coordinator.placement.Admission;
import dev.sluice.schemas.wire.Aim;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.JobStatus;
import dev.sluice.schemas.wire.Lane;
import dev.sluice.schemas.wire.LaneVerdict;
import dev.sluice.schemas.wire.PlacementDecision;
import dev.sluice.schemas.wire.Reason;
import dev.sluice.schemas.wire.Verdict;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Gives a job its lane: when it is submitted, and again whenever more is known of it, since what a
 * network or a model version needs shows only then. Every decision is stored with the job.
 */
final class Placing {

  private final Admission admission;

  Placing(Admission admission) {
    this.admission = admission;
  }

  /** What has been found out about a job so far. */
  static JobNeeds.Known known(JobDraft job) {
    return job.training == null
        ? JobNeeds.Known.of(job.inference)
        : JobNeeds.Known.of(job.training.prepared());
  }

  /**
   * Judges all lanes and takes the best.
   *
   * @param known what is known of the job
   * @param eligible whether a lane that can run the job may be chosen
   * @return why there is no lane for it; empty where there is
   */
  Optional<Cause> place(
      JobDraft job, JobNeeds.Known known, Collection<Lane> lanes, Predicate<String> eligible) {
    var question =
        new Admission.Question(
            job.spec,
            JobNeeds.of(job.spec.work(), known),
            job.status == JobStatus.PREPARING ? job.lane : "");
    job.verdicts = admission.judge(question, lanes, job.turn.fleet(), eligible);
    var chosen = Admission.chosen(job.verdicts);
    if (chosen.isEmpty()) {
      return Optional.of(noLane(job.verdicts));
    }
    job.lane = chosen.get();
    job.cause = null;
    job.placement =
        new PlacementDecision(
            admission.aim(job.spec), job.turn.fleet().version(), job.turn.nowMs());
    return Optional.empty();
  }

  /**
   * Lanes for the next tasks of a job that is cut into many. It is the job's own, unless each of
   * that lane's workers has a task of this job while workers of another lane that can run it idle:
   * a worker whose lane is empty helps where its accelerator can. Whoever wants least energy waits.
   */
  static final class NextLanes {
    private final JobDraft job;
    private final Map<String, Integer> open = new HashMap<>();

    NextLanes(JobDraft job) {
      this.job = job;
      job.open.forEach(task -> open.merge(Tasks.lane(job, task), 1, Integer::sum));
    }

    /** Lane of the next task, which is open from now on. */
    String next() {
      var lane = lane();
      open.merge(lane, 1, Integer::sum);
      return lane;
    }

    private String lane() {
      var fleet = job.turn.fleet();
      boolean fills = open(job.lane) >= Math.max(1, fleet.workers(job.lane));
      if (!fills || job.placement == null || job.placement.aim() == Aim.ENERGY) {
        return job.lane;
      }
      return job.verdicts.stream()
          .filter(verdict -> verdict.verdict() == Verdict.POSSIBLE)
          .map(LaneVerdict::lane)
          .filter(lane -> fleet.idleWorkers(lane) > open(lane))
          .findFirst()
          .orElse(job.lane);
    }

    private int open(String lane) {
      return open.getOrDefault(lane, 0);
    }
  }

  static Cause noLane(List<LaneVerdict> verdicts) {
    var reasons =
        verdicts.isEmpty()
            ? "No lane is declared."
            : verdicts.stream()
                .map(v -> v.lane() + ": " + Reason.sentences(v.reasons()))
                .collect(Collectors.joining(" "));
    return new Cause(
        Code.NO_LANE,
        "",
        "No lane of this fleet can run the job.",
        reasons,
        "Start a worker on a lane that can, or change what the job asks for.");
  }
}
