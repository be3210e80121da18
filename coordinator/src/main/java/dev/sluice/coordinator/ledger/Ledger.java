package dev.sluice.coordinator.ledger;

import dev.sluice.coordinator.placement.Admission;
import dev.sluice.schemas.job.JobValidation;
import dev.sluice.schemas.wire.AliasSet;
import dev.sluice.schemas.wire.AttemptLost;
import dev.sluice.schemas.wire.AttemptStarted;
import dev.sluice.schemas.wire.CancelRequested;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.DeadlineReached;
import dev.sluice.schemas.wire.Exported;
import dev.sluice.schemas.wire.Fault;
import dev.sluice.schemas.wire.FoldFailed;
import dev.sluice.schemas.wire.FoldProgressed;
import dev.sluice.schemas.wire.InferencePrepared;
import dev.sluice.schemas.wire.InferenceSpec;
import dev.sluice.schemas.wire.Inferred;
import dev.sluice.schemas.wire.JobEvent;
import dev.sluice.schemas.wire.JobStatus;
import dev.sluice.schemas.wire.LaneDeclared;
import dev.sluice.schemas.wire.LaneOpened;
import dev.sluice.schemas.wire.ModelRegistered;
import dev.sluice.schemas.wire.ModelResolved;
import dev.sluice.schemas.wire.ModelVersion;
import dev.sluice.schemas.wire.OpenTask;
import dev.sluice.schemas.wire.QuantisationSpec;
import dev.sluice.schemas.wire.RegisterModel;
import dev.sluice.schemas.wire.ResolveModel;
import dev.sluice.schemas.wire.RoomForModel;
import dev.sluice.schemas.wire.ShardsLate;
import dev.sluice.schemas.wire.Submitted;
import dev.sluice.schemas.wire.TaskFailed;
import dev.sluice.schemas.wire.TaskReported;
import dev.sluice.schemas.wire.TaskWork;
import dev.sluice.schemas.wire.TermFinished;
import dev.sluice.schemas.wire.TermNearlyDone;
import dev.sluice.schemas.wire.TrainingPrepared;
import dev.sluice.schemas.wire.TrainingSpec;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Decides what follows from a record of {@code sluice.jobs}. Pure: the same state, record and
 * moment give the same decision, and nothing happens until the shell has written it.
 *
 * <p>Every record may come twice, late, or for something that is over; such a record changes
 * nothing.
 */
public final class Ledger {

  private final Starting starting;
  private final Attempts attempts;
  private final Speculation speculation;
  private final TrainingJob trainings;
  private final InferenceJob inferences;

  /**
   * @param limits bounds
   * @param admission judges lanes
   */
  public Ledger(LedgerLimits limits, Admission admission) {
    var placing = new Placing(admission);
    trainings = new TrainingJob(limits);
    inferences = new InferenceJob(limits);
    starting = new Starting(placing, trainings, inferences);
    attempts = new Attempts(limits, placing, this::work);
    speculation = new Speculation(this::work);
  }

  /** Key whose partition decides on an event. */
  public static Optional<String> key(JobEvent event) {
    return switch (event) {
      case Submitted e -> Optional.of(e.jobId());
      case CancelRequested e -> Optional.of(e.jobId());
      case AttemptStarted e -> Optional.of(e.jobId());
      case TaskReported e -> Optional.of(e.jobId());
      case TermNearlyDone e -> Optional.of(e.jobId());
      case FoldProgressed e -> Optional.of(e.jobId());
      case FoldFailed e -> Optional.of(e.jobId());
      case DeadlineReached e -> Optional.of(e.jobId());
      case ShardsLate e -> Optional.of(e.jobId());
      case AttemptLost e -> Optional.of(e.jobId());
      case RegisterModel e -> Optional.of(e.name());
      case RoomForModel e -> Optional.of(e.name());
      case ModelRegistered e -> Optional.of(e.jobId());
      case ResolveModel e -> Optional.of(e.name());
      case ModelResolved e -> Optional.of(e.jobId());
      case AliasSet e -> Optional.of(e.name());
      case LaneDeclared e -> Optional.of(e.lane().lane());
      // For every partition, whatever its key.
      case LaneOpened e -> Optional.empty();
    };
  }

  /**
   * Decides on one event.
   *
   * @param state before; not changed
   * @param event what happened or is asked for
   * @param moment time and fleet
   */
  public Decision decide(LedgerState state, JobEvent event, Moment moment) {
    var decision = new Decision();
    var misnamed = NewNames.problem(event);
    if (misnamed.isPresent()) {
      decision.send(new Effect.Bury(Endings.unprocessable(misnamed.get())));
      return decision;
    }
    long nowMs = moment.nowMs();
    switch (event) {
      case Submitted e -> submitted(state, e, moment, decision);
      case LaneDeclared e -> starting.declared(state, e.lane(), moment, decision);
      case LaneOpened e -> starting.opened(state, e.lane(), moment, decision);
      case RegisterModel e -> ModelNames.register(state, e, nowMs, decision);
      case RoomForModel e -> ModelNames.room(state, e, decision);
      case ResolveModel e -> ModelNames.resolve(state, e, decision);
      case AliasSet e -> ModelNames.alias(state, e, decision);
      case CancelRequested e ->
          change(state, e.jobId(), nowMs, decision, job -> cancel(job, e.reason(), decision));
      case AttemptStarted e ->
          change(
              state,
              e.jobId(),
              nowMs,
              decision,
              job -> {
                trainings.begun(job, e, nowMs);
                attempts.started(job, e, moment, decision);
              });
      case TaskReported e ->
          change(
              state, e.jobId(), nowMs, decision, job -> reported(state, job, e, moment, decision));
      case TermNearlyDone e ->
          change(
              state,
              e.jobId(),
              nowMs,
              decision,
              job -> trainings.nearlyDone(job, e, moment, decision));
      case FoldProgressed e ->
          change(
              state,
              e.jobId(),
              nowMs,
              decision,
              job -> trainings.progressed(job, e, nowMs, decision));
      case FoldFailed e ->
          change(
              state,
              e.jobId(),
              nowMs,
              decision,
              job -> Endings.end(job, JobStatus.FAILED, e.cause(), decision));
      case DeadlineReached e ->
          change(
              state, e.jobId(), nowMs, decision, job -> overdue(state, job, e, moment, decision));
      case ShardsLate e ->
          change(
              state, e.jobId(), nowMs, decision, job -> speculation.late(job, e, moment, decision));
      case AttemptLost e -> change(state, e.jobId(), nowMs, decision, job -> Attempts.lost(job, e));
      case ModelRegistered e ->
          change(state, e.jobId(), nowMs, decision, job -> named(job, e, nowMs, decision));
      case ModelResolved e ->
          change(
              state,
              e.jobId(),
              nowMs,
              decision,
              job -> starting.resolved(state, job, e, moment, decision));
    }
    return decision;
  }

  /**
   * Tasks and jobs that don't move and could, as the events that make the ledger look at them.
   *
   * @param state of one partition
   * @param moment the coordinator's own time, and the fleet
   */
  public List<DeadlineReached> stalled(LedgerState state, Moment moment) {
    return attempts.stalled(state, moment);
  }

  /**
   * What follows from a record that can't be decided on, or whose decision can't be written: its
   * job ends, so that nobody waits for what will not come.
   *
   * @param state before; not changed
   * @param event what could not be decided on
   * @param cause why
   * @param moment time and fleet
   */
  public Decision abandon(LedgerState state, JobEvent event, Cause cause, Moment moment) {
    var decision = new Decision();
    switch (event) {
      // Owners of names answer the jobs that ask them, which other partitions may hold.
      case RegisterModel e ->
          decision.send(
              new Effect.Tell(e.jobId(), new ModelRegistered(e.jobId(), e.name(), 0, cause)));
      case ResolveModel e ->
          decision.send(new Effect.Tell(e.jobId(), new ModelResolved(e.jobId(), null, cause)));
      // Whoever asks goes on, and finds out when the version is registered.
      case RoomForModel e -> {}
      case AliasSet e -> {}
      case LaneDeclared e -> {}
      case LaneOpened e -> {}
      case Submitted e -> fail(state, e.jobId(), cause, moment, decision);
      case CancelRequested e -> fail(state, e.jobId(), cause, moment, decision);
      case AttemptStarted e -> fail(state, e.jobId(), cause, moment, decision);
      case TaskReported e -> fail(state, e.jobId(), cause, moment, decision);
      case TermNearlyDone e -> fail(state, e.jobId(), cause, moment, decision);
      case FoldProgressed e -> fail(state, e.jobId(), cause, moment, decision);
      case FoldFailed e -> fail(state, e.jobId(), cause, moment, decision);
      case DeadlineReached e -> fail(state, e.jobId(), cause, moment, decision);
      // Nobody waits for a copy: the term itself goes on.
      case ShardsLate e -> {}
      // Its worker counts as one that the task may have ended, which ends nothing by itself.
      case AttemptLost e -> {}
      case ModelRegistered e -> fail(state, e.jobId(), cause, moment, decision);
      case ModelResolved e -> fail(state, e.jobId(), cause, moment, decision);
    }
    return decision;
  }

  private static void fail(
      LedgerState state, String jobId, Cause cause, Moment moment, Decision decision) {
    change(
        state,
        jobId,
        moment.nowMs(),
        decision,
        job -> Endings.end(job, JobStatus.FAILED, cause, decision));
  }

  private interface Change {
    void apply(JobDraft job);
  }

  /** Changes a job that has not ended; others stay as they are. */
  private static void change(
      LedgerState state, String jobId, long nowMs, Decision decision, Change change) {
    var before = state.job(jobId);
    if (before != null) {
      var draft = new JobDraft(before);
      change.apply(draft);
      var after = draft.build(before.updatedMs());
      if (!after.equals(before)) {
        decision.change(draft.build(nowMs));
      }
    }
  }

  private void submitted(LedgerState state, Submitted event, Moment moment, Decision decision) {
    if (state.known(event.jobId())) {
      return;
    }
    var job = new JobDraft(event, moment.nowMs());
    var problems = JobValidation.check(event.spec());
    if (problems.isEmpty()) {
      starting.admit(state.lanes(), job, moment, decision);
    } else {
      Endings.end(job, JobStatus.REFUSED, Endings.cause(problems), decision);
    }
    decision.change(job.build(moment.nowMs()));
  }

  private static void cancel(JobDraft job, String reason, Decision decision) {
    var cause =
        new Cause(
            Fault.BAD_INPUT, "", "The job was cancelled.", reason, "Submit it again to run it.");
    Endings.end(job, JobStatus.CANCELLED, cause, decision);
  }

  private void reported(
      LedgerState state, JobDraft job, TaskReported report, Moment moment, Decision decision) {
    var open = job.task(report.taskId());
    if (open.isEmpty()) {
      return;
    }
    var task = open.get();
    switch (report.outcome()) {
      case TaskFailed failed -> attempts.failed(state, job, task, report, failed, moment, decision);
      case TrainingPrepared prepared -> {
        job.open.remove(task);
        starting.prepared(state, job, prepared, report.engine(), moment, decision);
      }
      case InferencePrepared prepared -> {
        job.open.remove(task);
        starting.prepared(state, job, prepared.dataset().rows(), moment, decision);
      }
      case TermFinished finished -> trainings.finished(job, task, finished, moment, decision);
      case Exported exported -> {
        job.open.remove(task);
        exported(job, exported.model(), decision);
      }
      case Inferred inferred -> {
        var chunk = state.chunk(job.jobId, InferenceJob.chunkOf(task));
        if (inferences.inferred(job, task, inferred, chunk, moment, decision)) {
          Endings.end(job, JobStatus.SUCCEEDED, null, decision);
        }
      }
    }
  }

  /** What was made is registered where it has a name, which ends the job once it has its number. */
  private static void exported(JobDraft job, ModelVersion made, Decision decision) {
    job.model = made;
    var name =
        switch (job.spec.work()) {
          case TrainingSpec training -> training.register();
          case QuantisationSpec quantisation -> QuantisationJob.register(job, made);
          case InferenceSpec inference ->
              throw new IllegalStateException("an inference job makes no model");
        };
    if (name == null) {
      Endings.end(job, JobStatus.SUCCEEDED, null, decision);
    } else {
      job.status = JobStatus.REGISTERING;
      decision.send(new Effect.Tell(name, new RegisterModel(name, job.jobId, made)));
    }
  }

  /** A task has stalled, or a job that is held could start. */
  private void overdue(
      LedgerState state, JobDraft job, DeadlineReached event, Moment moment, Decision decision) {
    if (job.status == JobStatus.HELD) {
      starting.admit(state.lanes(), job, moment, decision);
    } else {
      attempts.overdue(state, job, event, moment, decision);
    }
  }

  private TaskWork work(JobDraft job, OpenTask task) {
    return switch (job.spec.work()) {
      case TrainingSpec training -> trainings.work(job, task);
      case InferenceSpec inference -> inferences.work(job, task);
      case QuantisationSpec quantisation -> QuantisationJob.work(job, task);
    };
  }

  private void named(JobDraft job, ModelRegistered event, long nowMs, Decision decision) {
    if (event.cause() != null) {
      // Perhaps before it is made: whoever is about to make a version asks whether it will fit.
      Endings.end(job, JobStatus.FAILED, event.cause(), decision);
    } else if (job.status == JobStatus.REGISTERING) {
      var made = Objects.requireNonNull(job.model, "a job that registers has exported");
      job.model = made.numbered(event.version(), nowMs);
      Endings.end(job, JobStatus.SUCCEEDED, null, decision);
    }
  }
}
