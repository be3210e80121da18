package dev.sluice.coordinator.placement;

import static java.util.stream.Collectors.joining;

import dev.sluice.schemas.accelerator.AcceleratorModel;
import dev.sluice.schemas.accelerator.Catalogue;
import dev.sluice.schemas.accelerator.NumberFormat;
import dev.sluice.schemas.accelerator.Training;
import dev.sluice.schemas.wire.InferenceSpec;
import dev.sluice.schemas.wire.JobSpec;
import dev.sluice.schemas.wire.Lane;
import dev.sluice.schemas.wire.LaneVerdict;
import dev.sluice.schemas.wire.TrainingSpec;
import dev.sluice.schemas.wire.Verdict;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Decides for every lane whether it can run a job, and chooses one. */
public final class Admission {

  /** Number format in which models are trained and stored. */
  private static final NumberFormat FORMAT = NumberFormat.FP32;

  private final Catalogue catalogue;

  /**
   * @param catalogue what each accelerator model can do
   */
  public Admission(Catalogue catalogue) {
    this.catalogue = catalogue;
  }

  /**
   * Judges all lanes.
   *
   * @param spec the job
   * @param lanes declared lanes
   * @param fleet who is there now
   * @return one verdict for each lane, in the order of their names; at most one is chosen: the
   *     possible lane with the fewest tasks for each worker
   */
  public List<LaneVerdict> judge(JobSpec spec, Collection<Lane> lanes, Fleet fleet) {
    var verdicts = new ArrayList<LaneVerdict>();
    for (var lane : lanes.stream().sorted(Comparator.comparing(Lane::lane)).toList()) {
      var reasons = reasons(spec, lane);
      verdicts.add(
          new LaneVerdict(
              lane.lane(), reasons.isEmpty() ? Verdict.POSSIBLE : Verdict.IMPOSSIBLE, reasons));
    }
    var chosen =
        verdicts.stream()
            .filter(v -> v.verdict() == Verdict.POSSIBLE)
            .min(Comparator.comparingDouble(v -> load(v.lane(), fleet)));
    return verdicts.stream()
        .map(v -> chosen.filter(v::equals).isPresent() ? choose(v) : v)
        .toList();
  }

  /** The chosen lane among verdicts. */
  public static Optional<String> chosen(List<LaneVerdict> verdicts) {
    return verdicts.stream()
        .filter(v -> v.verdict() == Verdict.CHOSEN)
        .map(LaneVerdict::lane)
        .findFirst();
  }

  private List<String> reasons(JobSpec spec, Lane lane) {
    var reasons = new ArrayList<String>();
    if (!spec.lanes().isEmpty() && !spec.lanes().contains(lane.lane())) {
      reasons.add("The job asks for " + String.join(", ", spec.lanes()) + " only.");
    }
    var model = catalogue.find(lane.accelerator());
    if (model.isEmpty()) {
      reasons.add(
          "Its accelerator model "
              + lane.accelerator()
              + " is not in the catalogue. "
              + catalogue.nearest(lane.accelerator())
              + "`sluice accelerators` lists what is.");
      return reasons;
    }
    reasons.addAll(incapacities(spec, model.get()));
    return reasons;
  }

  private static List<String> incapacities(JobSpec spec, AcceleratorModel model) {
    var reasons = new ArrayList<String>();
    switch (spec.work()) {
      case TrainingSpec training -> {
        if (!model.trains()) {
          reasons.add(
              "Training is asked for, and "
                  + lack(model.training())
                  + " training software for "
                  + model.id()
                  + ".");
        }
      }
      case InferenceSpec inference -> {
        if (!model.infers()) {
          reasons.add("Inference is asked for, and " + model.id() + " has no software for it.");
        }
      }
    }
    if (!model.formats().contains(FORMAT)) {
      reasons.add(
          "The numbers are "
              + FORMAT.label()
              + ", and "
              + model.id()
              + " accepts "
              + model.formats().stream().map(NumberFormat::label).collect(joining(", "))
              + ".");
    }
    return reasons;
  }

  private static String lack(Training training) {
    return switch (training.vendorSoftware()) {
      case YES, NO -> "there is no";
      case UNKNOWN -> "there is no published";
    };
  }

  /** Tasks per worker; a lane without workers comes after every lane that has some. */
  private static double load(String lane, Fleet fleet) {
    int workers = fleet.workers(lane);
    return workers == 0 ? Double.MAX_VALUE : (double) fleet.running(lane) / workers;
  }

  private static LaneVerdict choose(LaneVerdict verdict) {
    return new LaneVerdict(verdict.lane(), Verdict.CHOSEN, verdict.reasons());
  }
}
