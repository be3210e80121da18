package dev.sluice.coordinator.placement;

import dev.sluice.accelerators.capability.Capability;
import dev.sluice.accelerators.capability.Requirements;
import dev.sluice.accelerators.catalogue.AcceleratorModel;
import dev.sluice.accelerators.catalogue.Catalogue;
import dev.sluice.schemas.problem.NearestName;
import dev.sluice.schemas.wire.Aim;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.Forecast;
import dev.sluice.schemas.wire.JobSpec;
import dev.sluice.schemas.wire.Lane;
import dev.sluice.schemas.wire.LaneVerdict;
import dev.sluice.schemas.wire.Reason;
import dev.sluice.schemas.wire.Verdict;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Decides for every lane whether it can run a job, and chooses one. */
public final class Admission {

  private final Catalogue catalogue;
  private final Aim aim;

  /**
   * @param catalogue what each accelerator model can do
   * @param aim what to lower where a job doesn't say
   */
  public Admission(Catalogue catalogue, Aim aim) {
    this.catalogue = catalogue;
    this.aim = aim;
  }

  /** What placement lowers for a job. */
  public Aim aim(JobSpec spec) {
    var wished = spec.wishes().aim();
    return wished == null ? aim : wished;
  }

  /**
   * A question to admission.
   *
   * @param spec the job, for the lanes that it names
   * @param needs what it needs, as far as that is known now
   * @param lane where a task of it has just ended; empty: none has
   */
  public record Question(JobSpec spec, Requirements needs, String lane) {}

  /**
   * Judges all lanes.
   *
   * @param question what is asked
   * @param lanes declared lanes
   * @param fleet who is there now
   * @return one verdict for each lane, also for those that the job names and nobody has declared,
   *     in the order of their names; at most one is chosen
   */
  public List<LaneVerdict> judge(Question question, Collection<Lane> lanes, Fleet fleet) {
    return judge(question, lanes, fleet, lane -> true);
  }

  /**
   * Judges all lanes.
   *
   * @param eligible whether a lane that can run the job may be chosen
   */
  public List<LaneVerdict> judge(
      Question question, Collection<Lane> lanes, Fleet fleet, Predicate<String> eligible) {
    var verdicts = new ArrayList<LaneVerdict>();
    var candidates = new ArrayList<Candidate>();
    for (var lane : lanes.stream().sorted(Comparator.comparing(Lane::lane)).toList()) {
      var reasons = reasons(question, lane, fleet);
      if (!reasons.isEmpty()) {
        verdicts.add(new LaneVerdict(lane.lane(), Verdict.IMPOSSIBLE, reasons, null));
        continue;
      }
      var forecast = forecast(question, lane, fleet);
      verdicts.add(new LaneVerdict(lane.lane(), Verdict.POSSIBLE, List.of(), forecast));
      if (eligible.test(lane.lane())) {
        candidates.add(candidate(lane.lane(), forecast, fleet));
      }
    }
    undeclared(question.spec(), lanes).forEach(verdicts::add);
    verdicts.sort(Comparator.comparing(LaneVerdict::lane));
    var chosen = Placement.choose(candidates, aim(question.spec())).map(Candidate::lane);
    return verdicts.stream()
        .map(v -> chosen.filter(v.lane()::equals).isPresent() ? choose(v) : v)
        .toList();
  }

  /** Lanes that a job names and nobody has declared: misspelt, or yet to come. */
  private static Stream<LaneVerdict> undeclared(JobSpec spec, Collection<Lane> lanes) {
    var declared = lanes.stream().map(Lane::lane).toList();
    return Stream.concat(spec.lanes().stream(), spec.wishes().notLanes().stream())
        .distinct()
        .filter(name -> !declared.contains(name))
        .map(
            name ->
                new LaneVerdict(
                    name,
                    Verdict.IMPOSSIBLE,
                    List.of(
                        new Reason(
                            Code.NO_SUCH_LANE,
                            "The job "
                                + (spec.lanes().contains(name) ? "asks for" : "rules out")
                                + " this lane, and no worker has declared it. "
                                + NearestName.hint(name, declared)
                                + "`sluice lanes` lists those there are.")),
                    null));
  }

  /** The chosen lane among verdicts. */
  public static Optional<String> chosen(List<LaneVerdict> verdicts) {
    return verdicts.stream()
        .filter(v -> v.verdict() == Verdict.CHOSEN)
        .map(LaneVerdict::lane)
        .findFirst();
  }

  private List<Reason> reasons(Question question, Lane lane, Fleet fleet) {
    var reasons = new ArrayList<Reason>();
    var spec = question.spec();
    if (!spec.lanes().isEmpty() && !spec.lanes().contains(lane.lane())) {
      reasons.add(
          new Reason(
              Code.LANE_NOT_WANTED,
              "The job asks for " + String.join(", ", spec.lanes()) + " only."));
    }
    if (spec.wishes().notLanes().contains(lane.lane())) {
      reasons.add(new Reason(Code.LANE_NOT_WANTED, "The job rules this lane out."));
    }
    if (spec.wishes().measuredOnly() && modelled(lane, fleet)) {
      reasons.add(
          new Reason(
              Code.NOT_MEASURED,
              "The job asks for hardware that is there, and "
                  + lane.accelerator()
                  + " is modelled on this lane."));
    }
    var model = model(lane);
    if (model == null) {
      reasons.add(
          new Reason(
              Code.NO_SUCH_ACCELERATOR,
              "Its accelerator model "
                  + lane.accelerator()
                  + " is not in the catalogue. "
                  + catalogue.nearest(lane.accelerator())
                  + "`sluice accelerators` lists what is."));
    } else {
      reasons.addAll(Capability.objections(question.needs(), model));
    }
    return reasons;
  }

  private @Nullable AcceleratorModel model(Lane lane) {
    return catalogue.find(lane.accelerator()).orElse(null);
  }

  /** Only the host's own processor, and what workers say is theirs, is hardware that is there. */
  private static boolean modelled(Lane lane, Fleet fleet) {
    return !lane.accelerator().equals(Catalogue.HOST_CPU.id()) && !fleet.measured(lane.lane());
  }

  private Forecast forecast(Question question, Lane lane, Fleet fleet) {
    var model = model(lane);
    var wait = fleet.waitSeconds(lane.lane(), lane.lane().equals(question.lane()) ? 1 : 0);
    var work =
        model == null
            ? Estimate.UNKNOWN
            : Estimate.of(question.needs(), model, Math.max(1, fleet.workers(lane.lane())));
    return new Forecast(
        wait, work.seconds(), work.joules(), work.seconds() == null ? "" : Forecast.MODELLED);
  }

  private static Candidate candidate(String lane, Forecast forecast, Fleet fleet) {
    return new Candidate(
        lane,
        fleet.workers(lane),
        forecast.waitSeconds(),
        forecast.workSeconds(),
        forecast.joules());
  }

  private static LaneVerdict choose(LaneVerdict verdict) {
    return new LaneVerdict(verdict.lane(), Verdict.CHOSEN, verdict.reasons(), verdict.forecast());
  }
}
