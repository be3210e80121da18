package dev.sluice.coordinator.ledger;

import dev.sluice.coordinator.ledger.InferenceJob.Answered;
import dev.sluice.coordinator.placement.Admission;
import dev.sluice.jobs.rules.JobValidation;
import dev.sluice.jobs.rules.ModelRecord;
import dev.sluice.jobs.state.Job;
import dev.sluice.schemas.topics.FactPart;
import dev.sluice.schemas.wire.AliasSet;
import dev.sluice.schemas.wire.AttemptLost;
import dev.sluice.schemas.wire.AttemptStarted;
import dev.sluice.schemas.wire.CancelRequested;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.Command;
import dev.sluice.schemas.wire.DeadlineReached;
import dev.sluice.schemas.wire.DeleteModel;
import dev.sluice.schemas.wire.Exported;
import dev.sluice.schemas.wire.FactDigests;
import dev.sluice.schemas.wire.FoldFailed;
import dev.sluice.schemas.wire.FoldProgressed;
import dev.sluice.schemas.wire.FoldStopped;
import dev.sluice.schemas.wire.InferencePrepared;
import dev.sluice.schemas.wire.InferenceSpec;
import dev.sluice.schemas.wire.Inferred;
import dev.sluice.schemas.wire.JobControl;
import dev.sluice.schemas.wire.JobEvent;
import dev.sluice.schemas.wire.JobSpec;
import dev.sluice.schemas.wire.JobState;
import dev.sluice.schemas.wire.JobStatus;
import dev.sluice.schemas.wire.LaneDeclared;
import dev.sluice.schemas.wire.LaneOpened;
import dev.sluice.schemas.wire.ModelRegistered;
import dev.sluice.schemas.wire.ModelResolved;
import dev.sluice.schemas.wire.ModelVersion;
import dev.sluice.schemas.wire.OpenPrediction;
import dev.sluice.schemas.wire.OpenTask;
import dev.sluice.schemas.wire.Predicted;
import dev.sluice.schemas.wire.PredictionSpec;
import dev.sluice.schemas.wire.QuantisationSpec;
import dev.sluice.schemas.wire.RegisterModel;
import dev.sluice.schemas.wire.ReleasePlace;
import dev.sluice.schemas.wire.ReservePlace;
import dev.sluice.schemas.wire.ResolveModel;
import dev.sluice.schemas.wire.ShardsLate;
import dev.sluice.schemas.wire.Submitted;
import dev.sluice.schemas.wire.TaskAction;
import dev.sluice.schemas.wire.TaskFailed;
import dev.sluice.schemas.wire.TaskReported;
import dev.sluice.schemas.wire.TermFinished;
import dev.sluice.schemas.wire.TermNearlyDone;
import dev.sluice.schemas.wire.TrainingPrepared;
import dev.sluice.schemas.wire.TrainingSpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

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
  private final Predictions predictions;

  /**
   * @param limits bounds
   * @param admission judges lanes
   */
  public Ledger(LedgerLimits limits, Admission admission) {
    var placing = new Placing(admission);
    trainings = new TrainingJob(limits);
    inferences = new InferenceJob(limits);
    starting = new Starting(placing, trainings, inferences);
    attempts = new Attempts(limits, placing, this::action);
    speculation = new Speculation(this::action);
    predictions = new Predictions(limits, admission);
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
      case ReservePlace e -> Optional.of(e.name());
      case ReleasePlace e -> Optional.of(e.name());
      case DeleteModel e -> Optional.of(e.name());
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
   * Decides on one event. What is wrong with it ends in the dead letters and changes nothing.
   *
   * @param state before; not changed
   * @param event what happened or is asked for
   * @param moment time and fleet
   * @throws BrokenInvariant where the ledger itself is wrong
   */
  public Decision decide(LedgerState state, JobEvent event, Moment moment) {
    var decision = new Decision();
    var objection = NewNames.problem(event).or(() -> Credible.objection(state, event));
    if (objection.isPresent()) {
      decision.send(new Effect.Bury(Endings.unprocessable(objection.get())));
      return decision;
    }
    var turn = new Turn(state, moment, decision);
    var prediction = prediction(state, event);
    if (prediction != null) {
      decide(turn, prediction, event);
      return decision;
    }
    switch (event) {
      case Submitted e -> submitted(turn, e);
      case LaneDeclared e -> starting.declared(turn, e.lane());
      case LaneOpened e -> starting.opened(turn, e.lane());
      case RegisterModel e -> ModelNames.register(turn, e);
      case ReservePlace e -> ModelNames.reserve(turn, e);
      case ReleasePlace e -> ModelNames.release(turn, e);
      case DeleteModel e -> ModelNames.delete(turn, e);
      case ResolveModel e -> ModelNames.resolve(turn, e);
      case AliasSet e -> ModelNames.alias(turn, e);
      case CancelRequested e -> change(turn, e.jobId(), job -> cancel(job, e.reason()));
      case AttemptStarted e ->
          change(
              turn,
              e.jobId(),
              job -> {
                trainings.begun(job, e);
                attempts.started(job, e);
              });
      case TaskReported e -> change(turn, e.jobId(), job -> reported(job, e));
      case TermNearlyDone e -> change(turn, e.jobId(), job -> trainings.nearlyDone(job, e));
      case FoldProgressed e -> change(turn, e.jobId(), job -> trainings.progressed(job, e));
      case FoldFailed e -> fail(turn, e.jobId(), e.cause());
      case DeadlineReached e -> change(turn, e.jobId(), job -> overdue(job, e));
      case ShardsLate e -> change(turn, e.jobId(), job -> speculation.late(job, e));
      case AttemptLost e -> change(turn, e.jobId(), job -> Attempts.lost(job, e));
      case ModelRegistered e -> change(turn, e.jobId(), job -> named(job, e));
      case ModelResolved e -> change(turn, e.jobId(), job -> starting.resolved(job, e));
    }
    return decision;
  }

  /**
   * Decides at once on reports of tasks of one job whose rows were answered, as {@link #decide}
   * does on one after the other. Of hundreds of small tasks most of the work would be the job's.
   *
   * @param reports in order, all of one job
   * @param moment of the last
   * @return empty: they have to be decided on one by one
   */
  public Optional<Decision> decideOnAnswers(
      LedgerState state, List<TaskReported> reports, Moment moment) {
    var job = state.job(reports.getFirst().jobId());
    if (job == null) {
      return Optional.empty();
    }
    var open = new HashMap<String, OpenTask>();
    job.open().forEach(task -> open.put(task.taskId(), task));
    var answered = new ArrayList<Answered>();
    for (var report : reports) {
      var task = open.remove(report.taskId()); // others come twice or late
      if (task != null) {
        if (!(report.outcome() instanceof Inferred inferred)
            || Credible.outcome(job, task, report) != null) {
          return Optional.empty();
        }
        answered.add(new Answered(task, inferred));
      }
    }
    var turn = new Turn(state, moment, new Decision());
    if (!answered.isEmpty()) {
      var draft = new JobDraft(job, turn);
      answered(draft, answered);
      turn.decision().change(draft);
    }
    return Optional.of(turn.decision());
  }

  /**
   * Tasks and jobs that don't move and could, as the events that make the ledger look at them.
   *
   * @param state of one partition
   * @param moment the coordinator's own time, and the fleet
   */
  public List<DeadlineReached> stalled(LedgerState state, Moment moment) {
    var stalled = new ArrayList<>(attempts.stalled(state, moment));
    stalled.addAll(predictions.stalled(state, moment));
    return stalled;
  }

  /** The job that an event is about, where it is one that has its rows itself. */
  private static @Nullable OpenPrediction prediction(LedgerState state, JobEvent event) {
    return switch (event) {
      case CancelRequested e -> state.prediction(e.jobId());
      case TaskReported e -> state.prediction(e.jobId());
      case DeadlineReached e -> state.prediction(e.jobId());
      case ModelResolved e -> state.prediction(e.jobId());
      default -> null;
    };
  }

  private void decide(Turn turn, OpenPrediction job, JobEvent event) {
    switch (event) {
      case CancelRequested e -> predictions.cancel(turn, job, cancelled(e.reason()));
      case TaskReported e -> predictions.reported(turn, job, e);
      case DeadlineReached e -> predictions.overdue(turn, job, e);
      case ModelResolved e -> predictions.resolved(turn, job, e);
      default -> throw new BrokenInvariant("no such event is about a prediction job");
    }
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
    var turn = new Turn(state, moment, decision);
    var prediction = prediction(state, event);
    if (prediction != null) {
      predictions.fail(turn, prediction, cause);
      return decision;
    }
    switch (event) {
      // Owners of names answer the jobs that ask them, which other partitions may hold.
      case RegisterModel e ->
          decision.send(
              new Effect.Tell(e.jobId(), new ModelRegistered(e.jobId(), e.name(), 0, cause)));
      case ResolveModel e ->
          decision.send(new Effect.Tell(e.jobId(), new ModelResolved(e.jobId(), null, cause)));
      // Whoever asks goes on, and finds out when the version is registered.
      case ReservePlace e -> {}
      case ReleasePlace e -> {}
      case DeleteModel e -> {}
      case AliasSet e -> {}
      case LaneDeclared e -> {}
      case LaneOpened e -> {}
      case Submitted e -> fail(turn, e.jobId(), cause);
      case CancelRequested e -> fail(turn, e.jobId(), cause);
      case AttemptStarted e -> fail(turn, e.jobId(), cause);
      case TaskReported e -> fail(turn, e.jobId(), cause);
      case TermNearlyDone e -> fail(turn, e.jobId(), cause);
      case FoldProgressed e -> fail(turn, e.jobId(), cause);
      case FoldFailed e -> fail(turn, e.jobId(), cause);
      case DeadlineReached e -> fail(turn, e.jobId(), cause);
      // Nobody waits for a copy: the term itself goes on.
      case ShardsLate e -> {}
      // Its worker counts as one that the task may have ended, which ends nothing by itself.
      case AttemptLost e -> {}
      case ModelRegistered e -> fail(turn, e.jobId(), cause);
      case ModelResolved e -> fail(turn, e.jobId(), cause);
    }
    return decision;
  }

  /**
   * What becomes of a job of which facts can't be read, as a takeover has found: it fails. Where it
   * is not even known what was asked for, nothing can be shown of it, and it is lost.
   *
   * @param lacking the job
   */
  public Decision lacking(LedgerState.Lacking lacking) {
    var job = lacking.job();
    var decision = new Decision();
    var spec = lacking.there().get(FactPart.SPEC);
    var cause = Endings.unreadable(spec == null);
    decision.send(new Effect.Bury(Endings.letter(job.jobId(), cause)));
    decision.send(
        new Effect.Control(
            new JobControl(job.jobId(), job.epoch() + 1, Command.STOP, job.submittedMs())));
    if (job.training() != null) {
      decision.send(new Effect.Fold(job.jobId(), new FoldStopped(JobStatus.FAILED.name())));
    }
    if (spec != null && spec.fact() instanceof JobSpec asked) {
      ModelNames.placeGivenUp(job.jobId(), asked).ifPresent(decision::send);
      var why = Job.record(job.jobId(), job.submittedMs(), cause);
      decision.know(why);
      // Where nothing is missing, it is what follows events that does not fit what is known.
      var facts = job.facts();
      boolean found = lacking.digest(FactPart.FOUND) == facts.found() && lacking.lacksFacts();
      boolean made = found && lacking.digest(FactPart.MADE) == facts.made();
      decision.change(
          new JobState(
              job.jobId(),
              job.bodyDigest(),
              new FactDigests(
                  spec.digest(),
                  lacking.digest(FactPart.VERDICTS),
                  found ? lacking.digest(FactPart.FOUND) : 0,
                  made ? lacking.digest(FactPart.MADE) : 0,
                  why.digest()),
              JobStatus.FAILED,
              job.submittedMs(),
              job.updatedMs(),
              job.updatedMs(),
              job.lane(),
              job.epoch() + 1,
              List.of(),
              found ? job.training() : null,
              found ? job.inference() : null,
              made ? job.version() : 0,
              made ? job.registeredMs() : 0,
              job.placement()));
    }
    return decision;
  }

  private static void fail(Turn turn, String jobId, Cause cause) {
    change(turn, jobId, job -> Endings.end(job, JobStatus.FAILED, cause));
  }

  private interface Change {
    void apply(JobDraft job);
  }

  /** Changes a job that has not ended; others stay as they are. */
  private static void change(Turn turn, String jobId, Change change) {
    var before = turn.state().job(jobId);
    if (before != null) {
      var draft = new JobDraft(before, turn);
      change.apply(draft);
      var after = draft.build(before.updatedMs());
      if (!after.equals(before)) {
        turn.decision().change(draft);
      }
    }
  }

  private void submitted(Turn turn, Submitted event) {
    if (turn.state().known(event.jobId())) {
      return;
    }
    if (event.spec().work() instanceof PredictionSpec asked) {
      predictions.submitted(turn, event, asked);
      return;
    }
    var job = new JobDraft(event, turn);
    var problems = JobValidation.check(event.spec());
    if (problems.isEmpty()) {
      starting.admit(turn.state().lanes(), job);
    } else {
      Endings.end(job, JobStatus.REFUSED, Endings.cause(problems));
    }
    turn.decision().change(job);
  }

  private static void cancel(JobDraft job, String reason) {
    Endings.end(job, JobStatus.CANCELLED, cancelled(reason));
  }

  private static Cause cancelled(String reason) {
    return new Cause(
        Code.CANCELLED, "", "The job was cancelled.", reason, "Submit it again to run it.");
  }

  private void reported(JobDraft job, TaskReported report) {
    var open = job.task(report.taskId());
    if (open.isEmpty()) {
      return;
    }
    var task = open.get();
    switch (report.outcome()) {
      case TaskFailed failed -> attempts.failed(job, task, report, failed);
      case TrainingPrepared prepared -> {
        job.open.remove(task);
        starting.trainingPrepared(job, prepared, report.engine());
      }
      case InferencePrepared prepared -> {
        job.open.remove(task);
        starting.inferencePrepared(job, prepared.dataset().rows());
      }
      case TermFinished finished -> trainings.finished(job, task, finished);
      case Exported exported -> {
        job.open.remove(task);
        exported(job, exported.model());
      }
      case Inferred inferred -> {
        answered(job, List.of(new Answered(task, inferred)));
      }
      case Predicted predicted ->
          throw new BrokenInvariant("what can't be its outcome was objected to");
    }
  }

  private void answered(JobDraft job, List<Answered> tasks) {
    if (inferences.answered(job, tasks)) {
      Endings.end(job, JobStatus.SUCCEEDED, null);
    }
  }

  /** What was made is registered where it has a name, which ends the job once it has its number. */
  private static void exported(JobDraft job, ModelVersion made) {
    job.model = made;
    var name = ModelRecord.registers(job.spec.work());
    if (name.isEmpty()) {
      Endings.end(job, JobStatus.SUCCEEDED, null);
    } else {
      job.status = JobStatus.REGISTERING;
      job.turn.send(new Effect.Tell(name.get(), new RegisterModel(name.get(), job.jobId, made)));
    }
  }

  /** A task has stalled, or a job that is held could start. */
  private void overdue(JobDraft job, DeadlineReached event) {
    if (job.status == JobStatus.HELD) {
      starting.admit(job.turn.state().lanes(), job);
    } else {
      attempts.overdue(job, event);
    }
  }

  private TaskAction action(JobDraft job, OpenTask task) {
    return switch (job.spec.work()) {
      case TrainingSpec training -> trainings.action(job, task);
      case InferenceSpec inference -> inferences.action(job, task);
      case QuantisationSpec quantisation -> QuantisationJob.action(task);
      case PredictionSpec prediction ->
          throw new BrokenInvariant("a prediction job is none of these");
    };
  }

  /** A name is full most often before anything was done; whoever begins asks for a place. */
  private static JobStatus unregistered(JobStatus status) {
    return switch (status) {
      case HELD, RESOLVING, PREPARING -> JobStatus.REFUSED;
      case RUNNING, EXPORTING, REGISTERING -> JobStatus.FAILED;
      case SUCCEEDED, FAILED, CANCELLED, REFUSED ->
          throw new BrokenInvariant("an ended job changes no more");
    };
  }

  private void named(JobDraft job, ModelRegistered event) {
    if (event.cause() != null) {
      Endings.end(job, unregistered(job.status), event.cause());
    } else if (job.status == JobStatus.REGISTERING) {
      var made = job.model;
      if (made == null) {
        throw new BrokenInvariant("a job that registers has made a model");
      }
      job.model = made.numbered(event.version(), job.turn.nowMs());
      Endings.end(job, JobStatus.SUCCEEDED, null);
    }
  }
}
