package dev.sluice.coordinator.ledger;

import dev.sluice.jobs.dataset.Rounds;
import dev.sluice.jobs.rules.ModelRecord;
import dev.sluice.jobs.rules.Names;
import dev.sluice.jobs.state.InferenceState;
import dev.sluice.jobs.state.Job;
import dev.sluice.schemas.wire.AliasSet;
import dev.sluice.schemas.wire.AttemptLost;
import dev.sluice.schemas.wire.AttemptStarted;
import dev.sluice.schemas.wire.CancelRequested;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.DeadlineReached;
import dev.sluice.schemas.wire.DeleteModel;
import dev.sluice.schemas.wire.Exported;
import dev.sluice.schemas.wire.FoldFailed;
import dev.sluice.schemas.wire.FoldProgressed;
import dev.sluice.schemas.wire.InferencePrepared;
import dev.sluice.schemas.wire.InferenceSpec;
import dev.sluice.schemas.wire.Inferred;
import dev.sluice.schemas.wire.JobEvent;
import dev.sluice.schemas.wire.LaneDeclared;
import dev.sluice.schemas.wire.LaneOpened;
import dev.sluice.schemas.wire.Measured;
import dev.sluice.schemas.wire.ModelRegistered;
import dev.sluice.schemas.wire.ModelResolved;
import dev.sluice.schemas.wire.ModelVersion;
import dev.sluice.schemas.wire.OpenTask;
import dev.sluice.schemas.wire.Outcome;
import dev.sluice.schemas.wire.Predicted;
import dev.sluice.schemas.wire.PredictionSpec;
import dev.sluice.schemas.wire.QuantisationSpec;
import dev.sluice.schemas.wire.RegisterModel;
import dev.sluice.schemas.wire.ReleasePlace;
import dev.sluice.schemas.wire.ReservePlace;
import dev.sluice.schemas.wire.ResolveModel;
import dev.sluice.schemas.wire.ShardsLate;
import dev.sluice.schemas.wire.Submitted;
import dev.sluice.schemas.wire.TaskFailed;
import dev.sluice.schemas.wire.TaskKind;
import dev.sluice.schemas.wire.TaskReported;
import dev.sluice.schemas.wire.TermFinished;
import dev.sluice.schemas.wire.TermNearlyDone;
import dev.sluice.schemas.wire.TrainingPrepared;
import dev.sluice.schemas.wire.TrainingSpec;
import dev.sluice.schemas.wire.Work;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Whether an event can be true of what it is about. Who can write to {@code sluice.jobs} may say
 * anything of any job, so those who decide rely on no more than what is checked here. What no
 * worker and no coordinator would say changes nothing; a task that it is about stays open.
 *
 * <p>What comes twice, late, or for something that is over is no lie: it is passed over elsewhere,
 * in silence.
 */
final class Credible {

  private static final String ONLY_TRAINING = "Only a training job has terms and a fold.";

  private Credible() {}

  /** Why an event can't be true; empty where it can. */
  static Optional<Cause> objection(LedgerState state, JobEvent event) {
    return switch (event) {
      case TaskReported e ->
          state.prediction(e.jobId()) == null
              ? of(state, e.jobId(), job -> report(job, e))
              : Predictions.objection(e).map(why -> cause(e.jobId(), why));
      case TermNearlyDone e -> of(state, e.jobId(), job -> nearlyDone(job, e));
      case FoldProgressed e -> of(state, e.jobId(), job -> progress(job, e));
      case FoldFailed e -> of(state, e.jobId(), Credible::training);
      case ShardsLate e -> of(state, e.jobId(), Credible::training);
      case ModelResolved e -> {
        var prediction = state.prediction(e.jobId());
        yield prediction == null
            ? of(state, e.jobId(), job -> resolved(job.spec().work(), e))
            : Optional.ofNullable(resolved(prediction.spec().work(), e))
                .map(why -> cause(e.jobId(), why));
      }
      case ModelRegistered e -> of(state, e.jobId(), job -> registered(job.spec().work(), e));
      case RegisterModel e ->
          Optional.ofNullable(made(e.jobId(), e.model())).map(why -> cause(e.jobId(), why));
      // Of these nothing is taken over but names, or what an open task or version is known by.
      case Submitted _,
          CancelRequested _,
          AttemptStarted _,
          AttemptLost _,
          DeadlineReached _,
          ResolveModel _,
          ReservePlace _,
          ReleasePlace _,
          DeleteModel _,
          AliasSet _,
          LaneDeclared _,
          LaneOpened _ ->
          Optional.empty();
    };
  }

  /** Why something can't be true of a job; null where it can. */
  private interface Judge {
    @Nullable String why(Job job);
  }

  private static Optional<Cause> of(LedgerState state, String jobId, Judge judge) {
    var job = state.job(jobId);
    return Optional.ofNullable(job == null ? null : judge.why(job)).map(why -> cause(jobId, why));
  }

  private static Cause cause(String jobId, String why) {
    return new Cause(
        Code.INVALID_RECORD,
        jobId,
        "What a record says of job " + jobId + " can't be; it changes nothing.",
        why,
        "Only workers and coordinators write such records; look at the program that wrote it.");
  }

  private static @Nullable String report(Job job, TaskReported report) {
    for (var task : job.open()) {
      if (task.taskId().equals(report.taskId())) {
        return outcome(job, task, report);
      }
    }
    return null;
  }

  /** Why a report of one of a job's open tasks can't be true; null where it can. */
  static @Nullable String outcome(Job job, OpenTask task, TaskReported report) {
    var work = job.spec().work();
    var outcome = report.outcome();
    if (!fits(work, task.kind(), outcome)) {
      return "Task "
          + task.taskId()
          + " of "
          + words(work)
          + " can't end with "
          + outcome.getClass().getSimpleName()
          + ".";
    }
    return switch (outcome) {
      case TaskFailed _ -> null;
      case TrainingPrepared found -> prepared((TrainingSpec) work, found, report.engine());
      case InferencePrepared(var data) ->
          isCount(data.rows(), Integer.MAX_VALUE) ? null : "It counts " + data.rows() + " rows.";
      case TermFinished ended ->
          ended.computeMs() < 0 ? "It took " + ended.computeMs() + " ms." : null;
      case Exported(var model) -> made(job.jobId(), model);
      case Inferred answers -> answers(job.inference(), task, answers);
      case Predicted _ -> "Its rows are in a data set.";
    };
  }

  /** Whether a task of that kind, in a job with that work, can end so. */
  static boolean fits(Work work, TaskKind kind, Outcome outcome) {
    return switch (outcome) {
      case TaskFailed _ -> true;
      case TrainingPrepared _ -> work instanceof TrainingSpec && kind == TaskKind.PREPARE;
      case InferencePrepared _ -> work instanceof InferenceSpec && kind == TaskKind.PREPARE;
      case TermFinished _ -> work instanceof TrainingSpec && kind == TaskKind.TERM;
      case Inferred _ -> work instanceof InferenceSpec && kind == TaskKind.INFER;
      case Predicted _ -> false;
      case Exported _ ->
          switch (work) {
            case TrainingSpec _ -> kind == TaskKind.EXPORT;
            case QuantisationSpec _ -> kind == TaskKind.QUANTISE;
            case InferenceSpec _, PredictionSpec _ -> false;
          };
    };
  }

  private static String words(Work work) {
    return switch (work) {
      case TrainingSpec _ -> "a training job";
      case InferenceSpec _ -> "an inference job";
      case QuantisationSpec _ -> "a quantisation job";
      case PredictionSpec _ -> "a prediction job";
    };
  }

  private static @Nullable String prepared(
      TrainingSpec spec, TrainingPrepared found, String engine) {
    if (engine.isEmpty()) {
      return "It names no engine, and a training job is pinned to one.";
    }
    long rows = found.dataset().rows();
    long holdout = found.dataset().holdoutRows();
    if (rows == 0 || !isCount(rows, Integer.MAX_VALUE) || !isCount(holdout, Integer.MAX_VALUE)) {
      return "It counts " + rows + " rows to train on and " + holdout + " held-out ones.";
    }
    var rounds = Rounds.of(spec, (int) rows);
    long perEpoch = rounds.perEpoch();
    long steps = rounds.count();
    if (found.stepsPerEpoch() != perEpoch || found.steps() != steps) {
      return "It plans "
          + planned(found.steps(), found.stepsPerEpoch())
          + "; "
          + rows
          + " rows make "
          + planned(steps, perEpoch)
          + ".";
    }
    long parameters = found.network().parameters();
    long floats = found.network().floats();
    return parameters < 1 || parameters > floats
        ? "It trains " + parameters + " values of " + floats + "."
        : null;
  }

  private static String planned(long steps, long perEpoch) {
    return steps + " steps, " + perEpoch + " an epoch";
  }

  /** The owner of a name knows by its job whether a version has its number already. */
  private static @Nullable String made(String jobId, ModelVersion model) {
    return model.jobId().equals(jobId)
        ? null
        : "It brings a model of another job, " + Names.shownJobId(model.jobId()) + ".";
  }

  private static @Nullable String answers(
      @Nullable InferenceState job, OpenTask task, Inferred said) {
    if (job == null) {
      return "The job's rows are not counted yet.";
    }
    var range = said.range();
    var asked = InferenceJob.rows(job, task);
    if (range.rowFrom() != asked.rowFrom() || range.rowTo() != asked.rowTo()) {
      return "It answers "
          + span("rows", range.rowFrom(), range.rowTo())
          + "; the task asks for "
          + span("rows", asked.rowFrom(), asked.rowTo())
          + ".";
    }
    if (range.partition() < 0
        || range.firstOffset() < 0
        || range.lastOffset() < range.firstOffset()) {
      return "Its answers are said to lie in partition "
          + range.partition()
          + ", "
          + span("offsets", range.firstOffset(), range.lastOffset())
          + ".";
    }
    long rows = asked.rowTo() - asked.rowFrom();
    var measured = said.measured();
    boolean counted =
        isCount(said.labelled(), rows)
            && isCount(said.correct(), said.labelled())
            && isCount(said.faults().unanswered(), rows)
            && isCount(said.faults().unknownLabels(), rows)
            && isCount(measured.judged(), rows)
            && Stream.of(measured.actual(), measured.predicted(), measured.right())
                .allMatch(
                    classes ->
                        classes.size() <= Measured.CLASSES_MAX
                            && classes.stream().allMatch(n -> isCount(n, rows)));
    if (!counted) {
      return "What it counts can't be counted in " + rows + " rows.";
    }
    return said.computeMs() >= 0 && Double.isFinite(said.computeMs())
        ? null
        : "It took " + said.computeMs() + " ms.";
  }

  private static String span(String what, long from, long to) {
    return what + " " + from + " to " + to;
  }

  private static @Nullable String training(Job job) {
    return job.spec().work() instanceof TrainingSpec ? null : ONLY_TRAINING;
  }

  private static @Nullable String nearlyDone(Job job, TermNearlyDone said) {
    var t = job.training();
    if (t == null) {
      return training(job);
    }
    return isCount(said.round(), t.round()) && isCount(said.step(), t.roundEnd())
        ? null
        : "It is at step "
            + said.step()
            + " of round "
            + said.round()
            + "; the last round is "
            + t.round()
            + ", to step "
            + t.roundEnd()
            + ".";
  }

  private static @Nullable String progress(Job job, FoldProgressed said) {
    var t = job.training();
    if (t == null) {
      return training(job);
    }
    // After the steps comes one that only measures.
    long last = t.prepared().steps() + (t.validation() == null ? 0 : 1);
    boolean counted =
        isCount(said.generation(), last)
            && said.samples() >= 0
            && isStepOrNone(said.bestStep(), said.generation())
            && isStepOrNone(said.keptStep(), said.generation());
    return counted
        ? null
        : "It is at generation "
            + said.generation()
            + " of "
            + last
            + ", after "
            + said.samples()
            + " samples, with the best at step "
            + said.bestStep()
            + " and those of step "
            + said.keptStep()
            + " kept.";
  }

  private static @Nullable String resolved(Work work, ModelResolved said) {
    return switch (work) {
      case TrainingSpec _ -> "A training job asks for no model.";
      case InferenceSpec asked -> resolved(asked.model(), asked.version(), said);
      case QuantisationSpec asked -> resolved(asked.model(), asked.version(), said);
      case PredictionSpec asked -> resolved(asked.model(), asked.version(), said);
    };
  }

  private static @Nullable String resolved(String name, String version, ModelResolved said) {
    var model = said.model();
    if (model == null) {
      return said.cause() == null ? "It brings no version, and does not say why." : null;
    }
    boolean asked =
        model.name().equals(name)
            && (!Names.isVersionNumber(version)
                || version.equals(Integer.toString(model.version())));
    return asked ? null : "It brings another version than " + name + "@" + version + ".";
  }

  private static @Nullable String registered(Work work, ModelRegistered said) {
    var name = ModelRecord.registers(work);
    if (!name.equals(Optional.of(said.name()))) {
      return "The job registers "
          + name.map(own -> "a version of " + own + ", and of no other name.").orElse("nothing.");
    }
    return said.cause() == null && said.version() < 1
        ? "It gives number " + said.version() + ", and does not say why."
        : null;
  }

  private static boolean isCount(long number, long most) {
    return number >= 0 && number <= most;
  }

  /** Steps count from 0; -1 stands for none. */
  private static boolean isStepOrNone(long step, long most) {
    return step >= -1 && step <= most;
  }
}
