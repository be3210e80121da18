package dev.sluice.coordinator.ledger;

import dev.sluice.coordinator.placement.Admission;
import dev.sluice.jobs.rules.JobValidation;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.DeadlineReached;
import dev.sluice.schemas.wire.EndedPrediction;
import dev.sluice.schemas.wire.JobStatus;
import dev.sluice.schemas.wire.ModelResolved;
import dev.sluice.schemas.wire.ModelVersion;
import dev.sluice.schemas.wire.OpenPrediction;
import dev.sluice.schemas.wire.Predict;
import dev.sluice.schemas.wire.Predicted;
import dev.sluice.schemas.wire.PredictionSpec;
import dev.sluice.schemas.wire.ResolveModel;
import dev.sluice.schemas.wire.RowAnswers;
import dev.sluice.schemas.wire.Submitted;
import dev.sluice.schemas.wire.Task;
import dev.sluice.schemas.wire.TaskFailed;
import dev.sluice.schemas.wire.TaskReported;
import dev.sluice.schemas.wire.Unplaceable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Jobs that have their rows themselves: small ones, of which thousands come in a second. Nothing
 * has to be looked at beforehand, so each is one task and one report; where its model's version is
 * known it costs a record of state while it runs, and one with its answers when it has ended, which
 * is also when it leaves. The rows stay where the job was submitted, and are read again from there
 * where its task is dispatched once more.
 *
 * <p>What a task answers follows from model and rows alone, so it does no harm where it runs twice:
 * the first report counts.
 */
final class Predictions {

  /** The one task of such a job. */
  static final String TASK = "rows";

  private final LedgerLimits limits;
  private final Admission admission;

  Predictions(LedgerLimits limits, Admission admission) {
    this.limits = limits;
    this.admission = admission;
  }

  // ---- events

  /** Admits a job that is new. */
  void submitted(Turn turn, Submitted event, PredictionSpec asked) {
    var whole = event.spec();
    var job =
        new OpenPrediction(
            event.jobId(),
            event.bodyDigest(),
            whole.with(asked.withoutRows()),
            JobStatus.RESOLVING,
            turn.nowMs(),
            turn.nowMs(),
            turn.moment().offset(),
            0,
            "",
            0,
            null);
    var problems = JobValidation.check(whole);
    if (!problems.isEmpty()) {
      end(turn, job, JobStatus.REFUSED, Endings.cause(problems));
      return;
    }
    var found = turn.moment().models().find(asked.model(), asked.version());
    if (found == null) {
      resolve(turn, job);
    } else {
      go(turn, job, found.version(), found.place(), asked);
    }
  }

  /** The owner of the model's name has answered. */
  void resolved(Turn turn, OpenPrediction job, ModelResolved event) {
    if (job.status() != JobStatus.RESOLVING) {
      return;
    }
    var model = event.model();
    if (model == null) {
      end(turn, job, JobStatus.FAILED, event.cause());
    } else {
      go(turn, job, model, Predict.UNKNOWN, null);
    }
  }

  /** Its task has ended. */
  void reported(Turn turn, OpenPrediction job, TaskReported report) {
    if (job.status() != JobStatus.RUNNING || !report.taskId().equals(TASK)) {
      return;
    }
    switch (report.outcome()) {
      case Predicted predicted -> {
        turn.decision().end(succeeded(turn, job, report, predicted));
        turn.decision().answered(job);
      }
      case TaskFailed failed -> failed(turn, job, report, failed);
      default -> throw new BrokenInvariant("what can't be its outcome was objected to");
    }
  }

  private void failed(Turn turn, OpenPrediction job, TaskReported report, TaskFailed failed) {
    if (report.attempt() != job.attempt()) {
      return;
    }
    if (!failed.retryable()) {
      end(turn, job, JobStatus.FAILED, failed.cause());
    } else if (job.attempt() >= limits.attemptsMax()) {
      turn.send(new Effect.Bury(Endings.letter(job.jobId(), failed.cause())));
      end(turn, job, JobStatus.FAILED, failed.cause());
    } else {
      dispatchAgain(turn, job, job.lane());
    }
  }

  void cancel(Turn turn, OpenPrediction job, Cause cause) {
    end(turn, job, JobStatus.CANCELLED, cause);
  }

  void fail(Turn turn, OpenPrediction job, Cause cause) {
    end(turn, job, JobStatus.FAILED, cause);
  }

  /** It is said not to move and to be able to; by now it may have moved. */
  void overdue(Turn turn, OpenPrediction job, DeadlineReached event) {
    if (event.attempt() != job.attempt()) {
      return;
    }
    switch (stall(turn.state(), turn.moment(), job)) {
      case NONE -> {}
      case HELD -> anew(turn, job, lane -> true);
      case STRANDED -> anew(turn, job, lane -> turn.fleet().workers(lane) > 0);
      case DROPPED -> {
        if (job.attempt() >= limits.attemptsMax()) {
          var cause = notReported(job);
          turn.send(new Effect.Bury(Endings.letter(job.jobId(), cause)));
          end(turn, job, JobStatus.FAILED, cause);
        } else {
          dispatchAgain(turn, job, job.lane());
        }
      }
    }
  }

  // ---- what does not move

  private enum Stall {
    NONE,
    /** No lane could run it, and by now one may. */
    HELD,
    /** Its lane has no workers. */
    STRANDED,
    /** The brokers gave up on its task, or whoever had it is gone. */
    DROPPED
  }

  /** What the ledger should look at again; an event for each. */
  List<DeadlineReached> stalled(LedgerState state, Moment moment) {
    var found = new ArrayList<DeadlineReached>();
    for (var job : state.predictions()) {
      if (stall(state, moment, job) != Stall.NONE) {
        found.add(new DeadlineReached(job.jobId(), TASK, job.attempt()));
      }
    }
    return found;
  }

  private Stall stall(LedgerState state, Moment moment, OpenPrediction job) {
    long ageMs = moment.nowMs() - job.updatedMs();
    var fleet = moment.fleet();
    return switch (job.status()) {
      case HELD -> canStart(state, moment, job) ? Stall.HELD : Stall.NONE;
      case RUNNING -> {
        if (fleet.workers(job.lane()) == 0) {
          boolean late = ageMs >= Math.min(Stalls.STRANDED_MS, limits.queueMs());
          yield late && canStart(state, moment, job) ? Stall.STRANDED : Stall.NONE;
        }
        yield ageMs >= limits.queueMs() && dropped(state, moment, job) ? Stall.DROPPED : Stall.NONE;
      }
      default -> Stall.NONE;
    };
  }

  /** Whether it could go to another lane: where the version isn't known here, that is tried. */
  private boolean canStart(LedgerState state, Moment moment, OpenPrediction job) {
    var model = moment.models().find(asked(job).model(), String.valueOf(job.version()));
    if (model == null) {
      return true;
    }
    var lanes = state.lanes();
    var lane =
        state.choice().of(admission, job.spec(), model.version(), moment.fleet(), lanes).lane();
    return job.status() == JobStatus.HELD
        ? !lane.isEmpty()
        : !lane.isEmpty() && moment.fleet().workers(lane) > 0;
  }

  /** A lane hands its tasks out in order, and where nothing waits all were handed out. */
  private boolean dropped(LedgerState state, Moment moment, OpenPrediction job) {
    return moment.fleet().nothingWaits(job.lane())
        || state.latestAnswered(job.lane(), job.spec().priority())
            >= job.updatedMs() + limits.queueMs();
  }

  private Cause notReported(OpenPrediction job) {
    return new Cause(
        Code.NOT_REPORTED,
        TASK,
        "The rows were not answered in " + job.attempt() + " attempts.",
        "Workers of lane " + job.lane() + " had them, and none has reported.",
        "Look at the workers of that lane; they may end, hang or lack memory.");
  }

  // ---- what follows

  private void anew(Turn turn, OpenPrediction job, Predicate<String> eligible) {
    var asked = asked(job);
    var found = turn.moment().models().find(asked.model(), String.valueOf(job.version()));
    if (found == null) {
      resolve(turn, job);
      return;
    }
    var chosen =
        LaneChoice.judge(
            admission, job.spec(), found.version(), turn.fleet(), turn.state().lanes(), eligible);
    if (!chosen.lane().isEmpty()) {
      dispatchAgain(turn, withVersion(job, found.version()), chosen.lane());
    }
  }

  /** Asks the owner of the model's name. */
  private void resolve(Turn turn, OpenPrediction job) {
    var asked = asked(job);
    var version = job.version() == 0 ? asked.version() : String.valueOf(job.version());
    turn.send(
        new Effect.Tell(asked.model(), new ResolveModel(asked.model(), job.jobId(), version)));
    turn.decision()
        .change(in(job, JobStatus.RESOLVING, job.lane(), job.attempt(), turn.nowMs(), null));
  }

  /**
   * Its version is known: it gets a lane, or none can run it.
   *
   * @param rows what was asked, with the rows; null: these are read again
   */
  private void go(
      Turn turn,
      OpenPrediction job,
      ModelVersion model,
      long place,
      @Nullable PredictionSpec rows) {
    var known = withVersion(job, model);
    var chosen =
        turn.state().choice().of(admission, job.spec(), model, turn.fleet(), turn.state().lanes());
    if (!chosen.lane().isEmpty()) {
      if (rows == null) {
        dispatchAgain(turn, known, chosen.lane());
      } else {
        var running = running(turn, known, chosen.lane());
        turn.decision().change(running);
        turn.send(dispatch(running, rows, place));
      }
    } else if (job.spec().unplaceable() == Unplaceable.HOLD) {
      turn.decision()
          .change(in(known, JobStatus.HELD, "", job.attempt(), turn.nowMs(), chosen.without()));
    } else {
      end(turn, known, JobStatus.REFUSED, chosen.without());
    }
  }

  private static OpenPrediction running(Turn turn, OpenPrediction job, String lane) {
    return in(job, JobStatus.RUNNING, lane, job.attempt() + 1, turn.nowMs(), null);
  }

  private static void dispatchAgain(Turn turn, OpenPrediction job, String lane) {
    var running = running(turn, job, lane);
    turn.decision().change(running);
    turn.decision().dispatchAgain(running);
  }

  /** The task of a job. */
  static Effect.Dispatch dispatch(OpenPrediction job, PredictionSpec rows, long place) {
    return new Effect.Dispatch(
        job.lane(),
        job.spec().priority(),
        new Task(
            TASK,
            job.jobId(),
            job.attempt(),
            1,
            "",
            0,
            0,
            new Predict(rows.model(), job.version(), place, rows.rows(), rows.names())));
  }

  /** The rows of a job can't be read again. */
  static Cause rowsLost(OpenPrediction job) {
    return new Cause(
        Code.FACTS_LOST,
        "sluice.jobs",
        "The job's rows can't be read any more.",
        "They stood at offset " + job.offset() + ", which brokers have removed.",
        "Submit it again; a job waits no longer than sluice.jobs keeps its records.");
  }

  private static EndedPrediction succeeded(
      Turn turn, OpenPrediction job, TaskReported report, Predicted predicted) {
    return new EndedPrediction(
        job.jobId(),
        job.bodyDigest(),
        job.spec(),
        JobStatus.SUCCEEDED,
        null,
        job.submittedMs(),
        turn.nowMs(),
        job.version(),
        job.lane(),
        job.attempt(),
        report.worker(),
        report.engine(),
        predicted);
  }

  private static void end(Turn turn, OpenPrediction job, JobStatus status, @Nullable Cause cause) {
    turn.decision().end(ended(job, status, cause, turn.nowMs()));
  }

  /** A job that has ended without answers. */
  static EndedPrediction ended(
      OpenPrediction job, JobStatus status, @Nullable Cause cause, long nowMs) {
    return new EndedPrediction(
        job.jobId(),
        job.bodyDigest(),
        job.spec(),
        status,
        cause,
        job.submittedMs(),
        nowMs,
        job.version(),
        job.lane(),
        job.attempt(),
        "",
        "",
        null);
  }

  // ---- what a job is

  private static PredictionSpec asked(OpenPrediction job) {
    if (job.spec().work() instanceof PredictionSpec asked) {
      return asked;
    }
    throw new BrokenInvariant("a prediction job asks for a prediction");
  }

  private static OpenPrediction withVersion(OpenPrediction job, ModelVersion model) {
    return new OpenPrediction(
        job.jobId(),
        job.bodyDigest(),
        job.spec(),
        job.status(),
        job.submittedMs(),
        job.updatedMs(),
        job.offset(),
        model.version(),
        job.lane(),
        job.attempt(),
        job.cause());
  }

  private static OpenPrediction in(
      OpenPrediction job,
      JobStatus status,
      String lane,
      int attempt,
      long nowMs,
      @Nullable Cause cause) {
    return new OpenPrediction(
        job.jobId(),
        job.bodyDigest(),
        job.spec(),
        status,
        job.submittedMs(),
        nowMs,
        job.offset(),
        job.version(),
        lane,
        attempt,
        cause);
  }

  // ---- what can be true of a job

  /** Why a report can't be true of a job; empty where it can. */
  static Optional<String> objection(TaskReported report) {
    return switch (report.outcome()) {
      case TaskFailed _ -> Optional.empty();
      case Predicted(var answers, double computeMs, var _) ->
          fits(answers) && computeMs >= 0 && Double.isFinite(computeMs)
              ? Optional.empty()
              : Optional.of("Its answers do not fit each other.");
      default ->
          Optional.of(
              "A prediction job can't end with "
                  + report.outcome().getClass().getSimpleName()
                  + ".");
    };
  }

  private static boolean fits(RowAnswers answers) {
    long rows = answers.predictions().size();
    int probable = answers.probabilities().size();
    return answers.outputs() > 0
        && (probable == 0 || probable == rows)
        && answers.scores().remaining() == rows * answers.outputs() * Float.BYTES;
  }
}
