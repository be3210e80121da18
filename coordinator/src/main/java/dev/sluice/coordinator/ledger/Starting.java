package dev.sluice.coordinator.ledger;

import dev.sluice.schemas.capability.JobNeeds;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Fault;
import dev.sluice.schemas.wire.InferenceSpec;
import dev.sluice.schemas.wire.InferenceState;
import dev.sluice.schemas.wire.JobStatus;
import dev.sluice.schemas.wire.Lane;
import dev.sluice.schemas.wire.LaneOpened;
import dev.sluice.schemas.wire.ModelResolved;
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
  void admit(Collection<Lane> lanes, JobDraft job, Moment moment, Decision decision) {
    if (!place(lanes, job, Placing.known(job), moment, decision)) {
      return;
    }
    switch (job.spec.work()) {
      case TrainingSpec training -> trainings.prepare(job, moment.nowMs(), decision);
      case InferenceSpec inference -> {
        if (job.inference == null) {
          resolve(job, inference.model(), inference.version(), decision);
        } else {
          inferences.prepare(job, moment.nowMs(), decision);
        }
      }
      case QuantisationSpec quantisation -> {
        if (job.source == null) {
          resolve(job, quantisation.model(), quantisation.version(), decision);
        } else {
          QuantisationJob.quantise(job, moment.nowMs(), decision);
        }
      }
    }
  }

  private boolean place(
      Collection<Lane> lanes,
      JobDraft job,
      JobNeeds.Known known,
      Moment moment,
      Decision decision) {
    return placed(job, placing.place(job, known, lanes, moment, lane -> true), decision);
  }

  /** Holds or refuses a job for which there is no lane. */
  private static boolean placed(JobDraft job, Optional<Cause> without, Decision decision) {
    if (without.isEmpty()) {
      return true;
    }
    if (job.spec.unplaceable() == Unplaceable.HOLD) {
      job.status = JobStatus.HELD;
      job.cause = without.get();
    } else {
      Endings.end(job, JobStatus.REFUSED, without.get(), decision);
    }
    return false;
  }

  /** Asks the model's owner for a version. */
  private static void resolve(JobDraft job, String model, String version, Decision decision) {
    job.status = JobStatus.RESOLVING;
    decision.send(new Effect.Tell(model, new ResolveModel(model, job.jobId, version)));
  }

  /**
   * A worker has seen data and network, so what they need is known. The job stays, or goes where
   * the workers' engine gives the same bits; where neither can run it, a third lane prepares it
   * anew.
   */
  void prepared(
      LedgerState state,
      JobDraft job,
      TrainingPrepared prepared,
      String engine,
      Moment moment,
      Decision decision) {
    var own = job.lane;
    var known = JobNeeds.Known.of(prepared);
    var fleet = moment.fleet();
    Predicate<String> alike = lane -> lane.equals(own) || fleet.workers(lane, engine) > 0;
    if (placing.place(job, known, state.lanes(), moment, alike).isEmpty()) {
      trainings.prepared(job, prepared, engine, moment, decision);
    } else if (place(state.lanes(), job, known, moment, decision)) {
      trainings.prepare(job, moment.nowMs(), decision);
    }
  }

  /** A worker has counted the rows of an inference job. */
  void prepared(LedgerState state, JobDraft job, long rows, Moment moment, Decision decision) {
    var known = JobNeeds.Known.of(job.inference).withRows(rows);
    if (place(state.lanes(), job, known, moment, decision)) {
      var cause = inferences.prepared(job, rows, moment, decision);
      if (cause != null) {
        Endings.end(job, JobStatus.FAILED, cause, decision);
      }
    }
  }

  /** Somebody declares a lane. */
  void declared(LedgerState state, Lane lane, Moment moment, Decision decision) {
    var before = state.lane(lane.lane());
    if (before != null && !before.accelerator().equals(lane.accelerator())) {
      decision.send(
          new Effect.Bury(
              Endings.unprocessable(
                  new Cause(
                      Fault.BAD_INPUT,
                      "lane " + lane.lane(),
                      "Lane " + lane.lane() + " can't be declared for " + lane.accelerator() + ".",
                      "It exists for " + before.accelerator() + ", and work may wait in it.",
                      "Declare a lane of another name."))));
      return;
    }
    boolean asItIs = lane.workersMax() == Lane.AS_IT_IS;
    if (asItIs && before != null) {
      decision.change(before); // whoever declares it has not found its state
      return;
    }
    var wanted = asItIs ? new Lane(lane.lane(), lane.accelerator(), 0, 0) : lane;
    // It is open here at once, so that a declaration that follows finds it.
    opened(state, wanted, moment, decision);
    decision.send(new Effect.TellAll(new LaneOpened(wanted)));
  }

  /** Remembers a lane and admits the jobs that were held. */
  void opened(LedgerState state, Lane lane, Moment moment, Decision decision) {
    if (lane.equals(state.lane(lane.lane()))) {
      return;
    }
    decision.change(lane);
    var lanes = new ArrayList<>(state.lanes());
    lanes.removeIf(other -> other.lane().equals(lane.lane()));
    lanes.add(lane);
    for (var held : List.copyOf(state.activeJobs())) {
      if (held.status() == JobStatus.HELD) {
        var job = new JobDraft(held);
        admit(lanes, job, moment, decision);
        decision.change(job.build(moment.nowMs()));
      }
    }
  }

  /** A model's owner has answered. */
  void resolved(
      LedgerState state, JobDraft job, ModelResolved event, Moment moment, Decision decision) {
    if (job.status != JobStatus.RESOLVING) {
      return;
    }
    var model = event.model();
    if (model == null) {
      Endings.end(job, JobStatus.FAILED, event.cause(), decision);
      return;
    }
    switch (job.spec.work()) {
      case InferenceSpec inference -> job.inference = InferenceState.of(model);
      case QuantisationSpec quantisation -> job.source = model;
      case TrainingSpec training ->
          throw new IllegalStateException("a training job resolves no model");
    }
    admit(state.lanes(), job, moment, decision);
  }
}
