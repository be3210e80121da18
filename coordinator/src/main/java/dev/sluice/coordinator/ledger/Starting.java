package dev.sluice.coordinator.ledger;

import dev.sluice.accelerators.capability.JobNeeds;
import dev.sluice.jobs.state.InferenceState;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.InferenceSpec;
import dev.sluice.schemas.wire.JobStatus;
import dev.sluice.schemas.wire.Lane;
import dev.sluice.schemas.wire.LaneOpened;
import dev.sluice.schemas.wire.ModelResolved;
import dev.sluice.schemas.wire.PredictionSpec;
import dev.sluice.schemas.wire.QuantisationSpec;
import dev.sluice.schemas.wire.ResolveModel;
import dev.sluice.schemas.wire.TrainingPrepared;
import dev.sluice.schemas.wire.TrainingSpec;
import dev.sluice.schemas.wire.Unplaceable;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Gives jobs their lanes and starts them: when they are submitted, when more is known of them, and
 * when a lane opens.
 */
final class Starting {

  private final Placing placing;
  private final TrainingJob trainings;
  private final InferenceJob inferences;

  Starting(Placing placing, TrainingJob trainings, InferenceJob inferences) {
    this.placing = placing;
    this.trainings = trainings;
    this.inferences = inferences;
  }

  /** Gives the job a lane by what is known of it now, and does what comes next. */
  void admit(Collection<Lane> lanes, JobDraft job) {
    boolean begins = job.status == JobStatus.HELD;
    if (!place(lanes, job, Placing.known(job))) {
      return;
    }
    if (begins) {
      ModelNames.askForPlace(job);
    }
    switch (job.spec.work()) {
      case TrainingSpec training -> trainings.beginPreparing(job);
      case InferenceSpec inference -> {
        if (job.inference == null) {
          resolve(job, inference.model(), inference.version());
        } else {
          inferences.beginPreparing(job);
        }
      }
      case QuantisationSpec quantisation -> {
        if (job.source == null) {
          resolve(job, quantisation.model(), quantisation.version());
        } else {
          QuantisationJob.quantise(job);
        }
      }
      case PredictionSpec prediction -> throw new BrokenInvariant("it is admitted elsewhere");
    }
  }

  private boolean place(Collection<Lane> lanes, JobDraft job, JobNeeds.Known known) {
    return placed(job, placing.place(job, known, lanes, lane -> true));
  }

  /** Holds or refuses a job for which there is no lane. */
  private static boolean placed(JobDraft job, Optional<Cause> without) {
    if (without.isEmpty()) {
      return true;
    }
    if (job.spec.unplaceable() == Unplaceable.HOLD) {
      job.status = JobStatus.HELD;
      job.cause = without.get();
    } else {
      Endings.end(job, JobStatus.REFUSED, without.get());
    }
    return false;
  }

  /** Asks the model's owner for a version. */
  private static void resolve(JobDraft job, String model, String version) {
    job.status = JobStatus.RESOLVING;
    job.turn.send(new Effect.Tell(model, new ResolveModel(model, job.jobId, version)));
  }

  /**
   * A worker has seen data and network, so what they need is known. The job stays, or goes where
   * the workers' engine gives the same bits; where neither can run it, a third lane prepares it
   * anew.
   */
  void trainingPrepared(JobDraft job, TrainingPrepared prepared, String engine) {
    var own = job.lane;
    var known = JobNeeds.Known.of(prepared);
    var fleet = job.turn.fleet();
    var lanes = job.turn.state().lanes();
    Predicate<String> alike = lane -> lane.equals(own) || fleet.workers(lane, engine) > 0;
    if (placing.place(job, known, lanes, alike).isEmpty()) {
      trainings.start(job, prepared, engine);
    } else if (place(lanes, job, known)) {
      trainings.beginPreparing(job);
    }
  }

  /** A worker has counted the rows of an inference job. */
  void inferencePrepared(JobDraft job, long rows) {
    var known = JobNeeds.Known.of(job.inference).withRows(rows);
    if (place(job.turn.state().lanes(), job, known)) {
      var cause = inferences.start(job, rows);
      if (cause != null) {
        Endings.end(job, JobStatus.FAILED, cause);
      }
    }
  }

  /** Somebody declares a lane. */
  void declared(Turn turn, Lane lane) {
    var before = turn.state().lane(lane.lane());
    if (before != null && !before.accelerator().equals(lane.accelerator())) {
      turn.send(
          new Effect.Bury(
              Endings.unprocessable(
                  new Cause(
                      Code.LANE_TAKEN,
                      "lane " + lane.lane(),
                      "Lane " + lane.lane() + " can't be declared for " + lane.accelerator() + ".",
                      "It exists for " + before.accelerator() + ", and work may wait in it.",
                      "Declare a lane of another name."))));
      return;
    }
    boolean asItIs = lane.workersMax() == Lane.AS_IT_IS;
    if (asItIs && before != null) {
      turn.send(new Effect.PublishLane(before)); // whoever declares it has not found it
      return;
    }
    var wanted = asItIs ? new Lane(lane.lane(), lane.accelerator(), 0, 0) : lane;
    // It is open here at once, so that a declaration that follows finds it.
    opened(turn, wanted);
    turn.send(new Effect.PublishLane(wanted));
    turn.send(new Effect.TellAll(new LaneOpened(wanted)));
  }

  /** Remembers a lane and admits the jobs that were held. */
  void opened(Turn turn, Lane lane) {
    var state = turn.state();
    if (lane.equals(state.lane(lane.lane()))) {
      return;
    }
    turn.decision().change(lane);
    var lanes = new ArrayList<>(state.lanes());
    lanes.removeIf(other -> other.lane().equals(lane.lane()));
    lanes.add(lane);
    for (var held : List.copyOf(state.activeJobs())) {
      if (held.status() == JobStatus.HELD) {
        var job = new JobDraft(held, turn);
        admit(lanes, job);
        turn.decision().change(job);
      }
    }
  }

  /** A model's owner has answered. */
  void resolved(JobDraft job, ModelResolved event) {
    if (job.status != JobStatus.RESOLVING) {
      return;
    }
    var model = event.model();
    if (model == null) {
      Endings.end(job, JobStatus.FAILED, event.cause());
      return;
    }
    switch (job.spec.work()) {
      case InferenceSpec inference -> job.inference = InferenceState.of(model);
      case QuantisationSpec quantisation -> job.source = model;
      case TrainingSpec training -> throw new BrokenInvariant("a training job resolves no model");
      case PredictionSpec prediction -> throw new BrokenInvariant("it is resolved elsewhere");
    }
    admit(job.turn.state().lanes(), job);
  }
}
