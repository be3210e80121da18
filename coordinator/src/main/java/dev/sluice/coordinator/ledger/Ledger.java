package dev.sluice.coordinator.ledger;

import dev.sluice.coordinator.placement.Admission;
import dev.sluice.coordinator.placement.JobNeeds;
import dev.sluice.schemas.job.JobValidation;
import dev.sluice.schemas.job.Names;
import dev.sluice.schemas.wire.AliasSet;
import dev.sluice.schemas.wire.AttemptStarted;
import dev.sluice.schemas.wire.CancelRequested;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Command;
import dev.sluice.schemas.wire.DeadLetter;
import dev.sluice.schemas.wire.DeadlineReached;
import dev.sluice.schemas.wire.Exported;
import dev.sluice.schemas.wire.Fault;
import dev.sluice.schemas.wire.FoldFailed;
import dev.sluice.schemas.wire.FoldProgressed;
import dev.sluice.schemas.wire.FoldStopped;
import dev.sluice.schemas.wire.InferencePrepared;
import dev.sluice.schemas.wire.InferenceSpec;
import dev.sluice.schemas.wire.InferenceState;
import dev.sluice.schemas.wire.Inferred;
import dev.sluice.schemas.wire.JobControl;
import dev.sluice.schemas.wire.JobEvent;
import dev.sluice.schemas.wire.JobStatus;
import dev.sluice.schemas.wire.Lane;
import dev.sluice.schemas.wire.LaneDeclared;
import dev.sluice.schemas.wire.LaneOpened;
import dev.sluice.schemas.wire.ModelRegistered;
import dev.sluice.schemas.wire.ModelResolved;
import dev.sluice.schemas.wire.ModelVersion;
import dev.sluice.schemas.wire.OpenTask;
import dev.sluice.schemas.wire.QuantisationSpec;
import dev.sluice.schemas.wire.RegisterModel;
import dev.sluice.schemas.wire.ResolveModel;
import dev.sluice.schemas.wire.Submitted;
import dev.sluice.schemas.wire.TaskFailed;
import dev.sluice.schemas.wire.TaskReported;
import dev.sluice.schemas.wire.TaskWork;
import dev.sluice.schemas.wire.TermFinished;
import dev.sluice.schemas.wire.TermNearlyDone;
import dev.sluice.schemas.wire.TrainingPrepared;
import dev.sluice.schemas.wire.TrainingSpec;
import dev.sluice.schemas.wire.Unplaceable;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Decides what follows from a record of {@code sluice.jobs}. Pure: the same state, record and
 * moment give the same decision, and nothing happens until the shell has written it.
 *
 * <p>Every record may come twice, late, or for something that is over; such a record changes
 * nothing.
 */
public final class Ledger {

  private final LedgerLimits limits;
  private final Placing placing;
  private final TrainingJob trainings;
  private final InferenceJob inferences;

  /**
   * @param limits bounds
   * @param admission judges lanes
   */
  public Ledger(LedgerLimits limits, Admission admission) {
    this.limits = limits;
    placing = new Placing(admission);
    trainings = new TrainingJob(limits);
    inferences = new InferenceJob(limits);
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
      case RegisterModel e -> Optional.of(e.name());
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
    long nowMs = moment.nowMs();
    switch (event) {
      case Submitted e -> submitted(state, e, moment, decision);
      case LaneDeclared e -> declared(state, e.lane(), moment, decision);
      case LaneOpened e -> opened(state, e.lane(), moment, decision);
      case RegisterModel e -> ModelNames.register(state, e, nowMs, decision);
      case ResolveModel e -> ModelNames.resolve(state, e, decision);
      case AliasSet e -> ModelNames.alias(state, e, decision);
      case CancelRequested e ->
          change(state, e.jobId(), nowMs, decision, job -> cancel(job, e.reason(), decision));
      case AttemptStarted e ->
          change(state, e.jobId(), nowMs, decision, job -> started(job, e, nowMs, decision));
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
          change(state, e.jobId(), nowMs, decision, job -> trainings.progressed(job, e, nowMs));
      case FoldFailed e ->
          change(
              state,
              e.jobId(),
              nowMs,
              decision,
              job -> end(job, JobStatus.FAILED, e.cause(), decision));
      case DeadlineReached e ->
          change(state, e.jobId(), nowMs, decision, job -> overdue(job, e, moment, decision));
      case ModelRegistered e ->
          change(state, e.jobId(), nowMs, decision, job -> named(job, e, nowMs, decision));
      case ModelResolved e ->
          change(
              state, e.jobId(), nowMs, decision, job -> resolved(state, job, e, moment, decision));
    }
    return decision;
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
    var key = key(event);
    if (key.isPresent()) {
      change(
          state,
          key.get(),
          moment.nowMs(),
          decision,
          job -> end(job, JobStatus.FAILED, cause, decision));
    }
    return decision;
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
    if (!Names.isJobId(event.jobId())) {
      decision.send(new Effect.Bury(letter("", illFormedId(event.jobId()))));
      return;
    }
    if (state.known(event.jobId())) {
      return;
    }
    var job = new JobDraft(event, moment.nowMs());
    var problems = JobValidation.check(event.spec());
    if (problems.isEmpty()) {
      admit(state.lanes(), job, moment, decision);
    } else {
      end(job, JobStatus.REFUSED, joined(problems), decision);
    }
    decision.change(job.build(moment.nowMs()));
  }

  private static Cause illFormedId(String jobId) {
    return new Cause(
        Fault.BAD_INPUT,
        "jobId",
        "'" + jobId.substring(0, Math.min(jobId.length(), 128)) + "' can't be a job's id.",
        "A job's id has " + Names.JOB_ID_RULE + ".",
        "Submit the job with such an id.");
  }

  /** Gives the job a lane by what is known of it now, and does what comes next. */
  private void admit(Collection<Lane> lanes, JobDraft job, Moment moment, Decision decision) {
    if (!place(lanes, job, JobNeeds.Known.of(job.inference), moment, decision)) {
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
      end(job, JobStatus.REFUSED, without.get(), decision);
    }
    return false;
  }

  /** Asks the model's owner for a version. */
  private static void resolve(JobDraft job, String model, String version, Decision decision) {
    job.status = JobStatus.RESOLVING;
    decision.send(new Effect.Tell(model, new ResolveModel(model, job.jobId, version)));
  }

  /**
   * A worker has seen data and network, so what they need is known. The job moves only where the
   * workers' engine gives the same bits.
   */
  private void prepared(
      LedgerState state,
      JobDraft job,
      TrainingPrepared prepared,
      String engine,
      Moment moment,
      Decision decision) {
    var own = job.lane;
    var without =
        placing.place(
            job,
            JobNeeds.Known.of(prepared),
            state.lanes(),
            moment,
            lane -> lane.equals(own) || moment.fleet().workers(lane, engine) > 0);
    if (placed(job, without, decision)) {
      trainings.prepared(job, prepared, engine, moment, decision);
    }
  }

  private void prepared(
      LedgerState state, JobDraft job, long rows, Moment moment, Decision decision) {
    var known = JobNeeds.Known.of(job.inference).withRows(rows);
    if (place(state.lanes(), job, known, moment, decision)) {
      var cause = inferences.prepared(job, rows, moment, decision);
      if (cause != null) {
        end(job, JobStatus.FAILED, cause, decision);
      }
    }
  }

  private void declared(LedgerState state, Lane lane, Moment moment, Decision decision) {
    var before = state.lane(lane.lane());
    if (before != null && !before.accelerator().equals(lane.accelerator())) {
      decision.send(
          new Effect.Bury(
              letter(
                  "",
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
      return;
    }
    var wanted = asItIs ? new Lane(lane.lane(), lane.accelerator(), 0, 0) : lane;
    // It is open here at once, so that a declaration that follows finds it.
    opened(state, wanted, moment, decision);
    decision.send(new Effect.TellAll(new LaneOpened(wanted)));
  }

  /** Remembers a lane and admits the jobs that were held. */
  private void opened(LedgerState state, Lane lane, Moment moment, Decision decision) {
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

  private static void cancel(JobDraft job, String reason, Decision decision) {
    var cause =
        new Cause(
            Fault.BAD_INPUT, "", "The job was cancelled.", reason, "Submit it again to run it.");
    end(job, JobStatus.CANCELLED, cause, decision);
  }

  private void started(JobDraft job, AttemptStarted event, long nowMs, Decision decision) {
    var task = job.task(event.taskId()).filter(t -> t.attempt() == event.attempt());
    if (task.isEmpty()) {
      return;
    }
    if (task.get().starts() >= limits.startsMax()) {
      var cause =
          new Cause(
              Fault.BAD_INPUT,
              event.taskId(),
              "Task " + event.taskId() + " ended " + limits.startsMax() + " workers that ran it.",
              "Each of them stopped without a report; " + event.worker() + " was the next.",
              "Look at the workers' logs; a model file or data set may crash the engine.");
      bury(job, cause, decision);
      return;
    }
    job.replace(task.get(), task.get().started(nowMs + limits.taskMs()));
  }

  private void reported(
      LedgerState state, JobDraft job, TaskReported report, Moment moment, Decision decision) {
    var open = job.task(report.taskId());
    if (open.isEmpty()) {
      return;
    }
    var task = open.get();
    switch (report.outcome()) {
      case TaskFailed failed -> failed(job, task, report, failed, moment.nowMs(), decision);
      case TrainingPrepared prepared -> {
        job.open.remove(task);
        prepared(state, job, prepared, report.engine(), moment, decision);
      }
      case InferencePrepared prepared -> {
        job.open.remove(task);
        prepared(state, job, prepared.dataset().rows(), moment, decision);
      }
      case TermFinished finished -> trainings.finished(job, task, finished, moment, decision);
      case Exported exported -> {
        job.open.remove(task);
        exported(job, exported.model(), decision);
      }
      case Inferred inferred -> {
        var chunk = state.chunk(job.jobId, InferenceJob.chunkOf(task));
        if (inferences.inferred(job, task, inferred, chunk, moment, decision)) {
          end(job, JobStatus.SUCCEEDED, null, decision);
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
      end(job, JobStatus.SUCCEEDED, null, decision);
    } else {
      job.status = JobStatus.REGISTERING;
      decision.send(new Effect.Tell(name, new RegisterModel(name, job.jobId, made)));
    }
  }

  private void failed(
      JobDraft job,
      OpenTask task,
      TaskReported report,
      TaskFailed failed,
      long nowMs,
      Decision decision) {
    if (report.attempt() != task.attempt()) {
      return;
    }
    if (!failed.retryable()) {
      end(job, JobStatus.FAILED, failed.cause(), decision);
    } else if (task.attempt() >= limits.attemptsMax()) {
      bury(job, failed.cause(), decision);
    } else {
      Tasks.redispatch(job, task, work(job, task), nowMs, decision);
    }
  }

  private void overdue(JobDraft job, DeadlineReached event, Moment moment, Decision decision) {
    var open = job.task(event.taskId()).filter(t -> t.attempt() == event.attempt());
    if (open.isEmpty()) {
      return;
    }
    long nowMs = moment.nowMs();
    if (open.get().deadlineMs() == 0) {
      unbegun(job, open.get(), moment, decision);
      return;
    }
    if (open.get().deadlineMs() > nowMs) {
      return;
    }
    if (open.get().attempt() >= limits.attemptsMax()) {
      bury(
          job,
          new Cause(
              Fault.OUR_FAULT,
              event.taskId(),
              "Task "
                  + event.taskId()
                  + " was not reported in "
                  + limits.attemptsMax()
                  + " attempts.",
              "Each attempt ran longer than " + limits.taskMs() + " ms.",
              "Look at the workers of lane " + job.lane + "; they may hang or lack memory."),
          decision);
    } else {
      Tasks.redispatch(job, open.get(), work(job, open.get()), nowMs, decision);
    }
  }

  /**
   * A task may wait for hours where its lane is busy. Where a worker idles beside it, the broker
   * has dropped it: a task that was given back too often is.
   */
  private void unbegun(JobDraft job, OpenTask task, Moment moment, Decision decision) {
    var engine = job.training == null ? "" : job.training.engine();
    if (moment.nowMs() - task.issuedMs() >= limits.queueMs()
        && moment.fleet().idle(Tasks.lane(job, task), engine)) {
      Tasks.requeue(job, task, work(job, task), moment.nowMs(), decision);
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
    if (job.status != JobStatus.REGISTERING) {
      return;
    }
    if (event.cause() != null) {
      end(job, JobStatus.FAILED, event.cause(), decision);
    } else {
      var made = Objects.requireNonNull(job.model, "a job that registers has exported");
      job.model = made.numbered(event.version(), nowMs);
      end(job, JobStatus.SUCCEEDED, null, decision);
    }
  }

  private void resolved(
      LedgerState state, JobDraft job, ModelResolved event, Moment moment, Decision decision) {
    if (job.status != JobStatus.RESOLVING) {
      return;
    }
    var model = event.model();
    if (model == null) {
      end(job, JobStatus.FAILED, event.cause(), decision);
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

  /** Ends a job whose task is out of attempts; the task goes to the dead letters. */
  private static void bury(JobDraft job, Cause cause, Decision decision) {
    decision.send(new Effect.Bury(letter(job.jobId, cause)));
    end(job, JobStatus.FAILED, cause, decision);
  }

  private static DeadLetter letter(String jobId, Cause cause) {
    return new DeadLetter(cause, jobId, "", -1, -1, null, null);
  }

  /** Brings a job to a terminal state, and everyone who works for it to a stop. */
  private static void end(
      JobDraft job, JobStatus status, @Nullable Cause cause, Decision decision) {
    job.status = status;
    job.cause = cause;
    job.open.clear();
    if (!job.lane.isEmpty()) {
      job.epoch++;
      decision.send(new Effect.Control(new JobControl(job.jobId, job.epoch, Command.STOP)));
    }
    if (job.training != null) {
      decision.send(new Effect.Fold(job.jobId, new FoldStopped(status.name())));
    }
  }

  private static Cause joined(List<Cause> problems) {
    var first = problems.getFirst();
    if (problems.size() == 1) {
      return first;
    }
    var all =
        problems.stream()
            .map(p -> p.where() + ": " + p.what() + " " + p.mend())
            .collect(Collectors.joining(" "));
    return new Cause(
        Fault.BAD_INPUT, "", "The job has " + problems.size() + " problems.", all, first.mend());
  }
}
