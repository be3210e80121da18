package dev.sluice.coordinator.ledger;

import dev.sluice.fold.BlockFold;
import dev.sluice.jobs.state.TrainingState;
import dev.sluice.jobs.state.ValidationState;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.AttemptStarted;
import dev.sluice.schemas.wire.Command;
import dev.sluice.schemas.wire.Constant;
import dev.sluice.schemas.wire.Export;
import dev.sluice.schemas.wire.FoldProgressed;
import dev.sluice.schemas.wire.FoldStarted;
import dev.sluice.schemas.wire.JobControl;
import dev.sluice.schemas.wire.JobStatus;
import dev.sluice.schemas.wire.OpenTask;
import dev.sluice.schemas.wire.Prepare;
import dev.sluice.schemas.wire.SumEncoding;
import dev.sluice.schemas.wire.SumFormat;
import dev.sluice.schemas.wire.TaskAction;
import dev.sluice.schemas.wire.TaskKind;
import dev.sluice.schemas.wire.Term;
import dev.sluice.schemas.wire.TermFinished;
import dev.sluice.schemas.wire.TermNearlyDone;
import dev.sluice.schemas.wire.TrainingPrepared;
import dev.sluice.schemas.wire.TrainingSpec;
import dev.sluice.schemas.wire.ValidationMetric;
import dev.sluice.schemas.wire.ValidationPlan;
import dev.sluice.schemas.wire.ValidationPoint;
import java.util.ArrayList;
import org.jspecify.annotations.Nullable;

/**
 * A training job: prepare, rounds of terms, export, register.
 *
 * <p>A round covers all shards from one step to another, split over the workers that the lane has
 * when the round is issued. The next round is issued when the first group announces that it nears
 * the end of this one, so nobody waits for the ledger. How the shards are split never shows in the
 * result: it only decides who computes what.
 *
 * <p>Whether training ends early is the fold's decision. Rounds are issued ahead of it, and what
 * was computed beyond that end is void.
 */
final class TrainingJob {

  /** Steps of the first round, before any pace is known. */
  private static final long FIRST_ROUND_STEPS = 8;

  /** A round is at most so many times longer than the one before. */
  private static final long GROWTH_MAX = 8;

  /**
   * And at most so many times shorter: brokers or workers that are away for seconds don't make
   * steps slow, and each round of a single step would wait in the lane.
   */
  private static final long SHRINKING_MAX = 2;

  /** Share of a round after which its groups announce its end. */
  private static final double ANNOUNCE_AT = 0.75;

  /** Rounds with open terms: one that ends, one that is done, and one that waits for workers. */
  private static final int ROUNDS_MAX = 3;

  /**
   * So many rounds are issued beyond the fold. Workers that fold for themselves don't wait for it:
   * without this, the log of one that stands still would grow without bound.
   */
  private static final int ROUNDS_BEYOND_FOLD = 3;

  private final LedgerLimits limits;

  TrainingJob(LedgerLimits limits) {
    this.limits = limits;
  }

  void beginPreparing(JobDraft job) {
    job.status = JobStatus.PREPARING;
    var task = Tasks.single(job, "prepare", TaskKind.PREPARE);
    Tasks.dispatch(job, task, action(job, task));
  }

  /** Pins what was prepared, starts the fold and issues the first round. */
  void start(JobDraft job, TrainingPrepared prepared, String engine) {
    var spec = spec(job);
    var network = prepared.network();
    var validation = validation(spec, prepared);
    int workers = job.turn.fleet().workers(job.lane, engine);
    var encoding = pinned(spec, workers);
    boolean workersFold =
        WhoFolds.workers(spec, encoding, network.floats(), workers, limits.workerFoldBytes());
    job.turn.send(
        new Effect.Fold(
            job.jobId, plan(spec, prepared, engine, validation, workersFold, encoding)));
    job.status = JobStatus.RUNNING;
    job.training =
        TrainingState.started(
            new TrainingState.Pinned(prepared, engine, BlockFold.VERSION, workersFold, encoding),
            spec.shards(),
            validation == null ? null : ValidationState.planned(validation),
            job.turn.nowMs());
    issueRound(job, 0);
  }

  /** Of replicas the fold does not make the job's steps, but the updates that follow exchanges. */
  private static FoldStarted plan(
      TrainingSpec spec,
      TrainingPrepared prepared,
      String engine,
      @Nullable ValidationPlan validation,
      boolean workersFold,
      SumEncoding encoding) {
    var network = prepared.network();
    var local = spec.localSteps();
    return new FoldStarted(
        network.floats(),
        network.parameters(),
        Topic.BLOCK_FLOATS,
        spec.shards(),
        local == null ? spec.optimizer() : local.outer(),
        local == null ? spec.learningRate() : local.learningRate(),
        local == null ? spec.schedule() : new Constant(),
        local == null ? spec.warmupSteps() : 0,
        prepared.stepsPerEpoch(),
        prepared.steps(),
        engine,
        BlockFold.VERSION,
        validation,
        workersFold,
        encoding,
        local == null ? spec.clipNorm() : 0);
  }

  /** One group for each worker, or nearly: then each sends one rounded sum. */
  private static SumEncoding pinned(TrainingSpec spec, int workers) {
    var asked = spec.encoding();
    return asked.format() == SumFormat.FP32 || asked.groups() > 0
        ? asked
        : new SumEncoding(
            asked.format(), Integer.highestOneBit(Math.clamp(workers, 1, spec.shards())));
  }

  /**
   * When held-out rows are looked at: after each epoch where training may end early; else so seldom
   * that the curve has no more points than are kept, and that it costs less than training does.
   */
  private static @Nullable ValidationPlan validation(TrainingSpec spec, TrainingPrepared prepared) {
    var rows = prepared.dataset();
    if (rows.holdoutRows() == 0) {
      return null;
    }
    long epochs = 1;
    if (spec.earlyStopping() == null) {
      long all = Math.ceilDiv(prepared.steps(), prepared.stepsPerEpoch());
      epochs =
          Math.max(
              Math.ceilDiv(all, ValidationState.POINTS_MAX),
              Math.ceilDiv(rows.holdoutRows(), Math.max(1, rows.rows())));
    }
    return new ValidationPlan(epochs * prepared.stepsPerEpoch(), spec.earlyStopping());
  }

  /**
   * A worker has begun a term. Where all shards stood still until then, the pace counts from now
   * on: it is that of work, and not of waiting in the lane. Rounds would become shorter with each
   * wait otherwise, and wait the more often the shorter they are, down to single steps.
   */
  void begun(JobDraft job, AttemptStarted event) {
    var t = job.training;
    var task =
        job.task(event.taskId())
            .filter(open -> open.kind() == TaskKind.TERM)
            .filter(open -> open.attempt() == 1 && open.starts() == 0);
    if (t == null || task.isEmpty()) {
      return;
    }
    long from = task.get().fromStep();
    if (from >= t.paceStep() && t.shardSteps().stream().allMatch(step -> step >= from)) {
      job.training = t.withPace(from, job.turn.nowMs(), t.stepsPerSecond());
    }
  }

  /**
   * A term of a single step is nearly done as soon as it comes, so the rounds that are open are
   * counted: a worker that waits takes more tasks, and each would bring the next round.
   */
  void nearlyDone(JobDraft job, TermNearlyDone report) {
    var training = job.training;
    if (job.status == JobStatus.RUNNING && training != null && report.round() == training.round()) {
      pace(job, report.step());
      boolean farBehind =
          job.open.stream()
              .filter(task -> task.kind() == TaskKind.TERM)
              .anyMatch(task -> task.round() <= training.round() - ROUNDS_MAX + 1);
      if (!farBehind) {
        issueRound(job, 0);
      }
    }
  }

  /** Notes how far a group came; issues what it left over, the next round, or the export. */
  void finished(JobDraft job, OpenTask task, TermFinished report) {
    job.open.remove(task);
    long reached = Math.clamp(report.reachedStep(), task.fromStep(), task.toStep());
    var steps = new ArrayList<>(state(job).shardSteps());
    for (long shard = task.from(); shard < task.from() + task.count(); shard++) {
      steps.set((int) shard, Math.max(steps.get((int) shard), reached));
    }
    job.training =
        state(job)
            .withShardSteps(steps)
            .withComputed((double) report.computeMs(), report.modelled());
    pace(job, reached);
    if (reached < task.toStep()) {
      issue(job, task.from(), task.count(), reached, task.toStep(), task.round());
      return;
    }
    // Where nothing is open, a round has waited for the fold, or for this term.
    if (task.round() == state(job).round() || job.open.isEmpty()) {
      issueRound(job, task.toStep() - task.fromStep());
    }
    long end = state(job).end();
    if (job.open.isEmpty() && steps.stream().allMatch(step -> step >= end)) {
      export(job);
    }
  }

  private void export(JobDraft job) {
    job.status = JobStatus.EXPORTING;
    var export = Tasks.single(job, "export", TaskKind.EXPORT);
    Tasks.dispatch(job, export, action(job, export));
  }

  /** Notes how far the fold is; where it has ended before its time, so do the terms. */
  void progressed(JobDraft job, FoldProgressed report) {
    if (job.training == null) {
      return;
    }
    measured(job, report);
    var t = state(job);
    if (report.generation() <= t.generation()) {
      return;
    }
    var judged = t.validation();
    if (judged != null) {
      judged = judged.judged(report.bestStep(), report.keptStep());
    }
    boolean ends = judged == null ? report.generation() >= t.end() : judged.closed();
    double loss = Double.isNaN(report.loss()) ? t.loss() : report.loss();
    job.training =
        t.withGeneration(
                report.generation(),
                loss,
                report.samples(),
                ends ? job.turn.nowMs() : t.finishedMs())
            .withValidation(judged);
    if (job.status == JobStatus.RUNNING && !ends && job.open.isEmpty()) {
      issueRound(job, 0); // one that waited for the fold
    }
    boolean early = ends && report.generation() <= t.prepared().steps();
    if (early && job.status == JobStatus.RUNNING) {
      job.open.clear();
      job.epoch++;
      job.turn.send(
          new Effect.Control(new JobControl(job.jobId, job.epoch, Command.RUN, job.submittedMs)));
      export(job);
    }
  }

  /** Reports of two owners of the fold may overtake each other, and each has its measurement. */
  private static void measured(JobDraft job, FoldProgressed report) {
    var sums = report.validation();
    var validation = state(job).validation();
    if (sums == null || validation == null) {
      return;
    }
    boolean classes = state(job).prepared().network().objective().ofClasses();
    var score = classes ? ValidationMetric.ACCURACY : ValidationMetric.RMSE;
    var point =
        new ValidationPoint(
            report.generation() - 1, sums.value(ValidationMetric.LOSS), sums.value(score));
    job.training = state(job).withValidation(validation.with(point));
  }

  /** What a task of this job is to do; a later attempt does the same. */
  TaskAction action(JobDraft job, OpenTask task) {
    return switch (task.kind()) {
      case PREPARE -> new Prepare();
      case TERM ->
          new Term(
              (int) task.from(),
              (int) task.count(),
              task.fromStep(),
              task.toStep(),
              task.round(),
              announceStep(task),
              limits.termMsMax());
      case EXPORT -> new Export(state(job).end());
      case INFER, QUANTISE ->
          throw new BrokenInvariant("a training job has no " + task.kind() + " task");
    };
  }

  private static long announceStep(OpenTask task) {
    return task.fromStep() + (long) ((task.toStep() - task.fromStep()) * ANNOUNCE_AT);
  }

  /**
   * Issues the next round.
   *
   * @param ended steps of the term of the round before that has just ended; 0: none has
   */
  private void issueRound(JobDraft job, long ended) {
    var t = state(job);
    long from = t.roundEnd();
    long end = t.end();
    if (from >= end) {
      return;
    }
    long wished = roundSteps(job, t, ended);
    if (t.pinned().workersFold() && isFarBeyondFold(t, from, wished)) {
      return; // goes on with the fold's next progress, or the next term that ends
    }
    long length = Math.min(wished, end - from);
    long round = t.round() + 1;
    int workers = job.turn.fleet().workers(job.lane, t.engine());
    job.training = t.withRound(round, from + length);
    for (var group : ShardGroups.split(spec(job).shards(), workers)) {
      issue(job, group.from(), group.shards(), from, from + length, round);
    }
  }

  /** Progress is as old as the time between two reports. */
  private boolean isFarBeyondFold(TrainingState t, long from, long wished) {
    double untold = t.stepsPerSecond() * limits.progressMs() / 1000;
    return from - t.generation()
        > ROUNDS_BEYOND_FOLD * Math.max(wished, FIRST_ROUND_STEPS) + 2 * untold;
  }

  private long roundSteps(JobDraft job, TrainingState t, long ended) {
    if (t.roundEnd() == 0) {
      return FIRST_ROUND_STEPS;
    }
    long wished = Math.round(t.stepsPerSecond() * limits.termMs() / 1000.0);
    long open =
        job.open.stream()
            .filter(task -> task.kind() == TaskKind.TERM && task.round() == t.round())
            .mapToLong(task -> task.toStep() - task.fromStep())
            .max()
            .orElse(1);
    long last = Math.max(open, ended);
    return Math.clamp(Math.max(wished, last / SHRINKING_MAX), 1, last * GROWTH_MAX);
  }

  private void issue(JobDraft job, long from, long count, long fromStep, long toStep, long round) {
    var task =
        OpenTask.first(
            "term-" + round + "-" + from + "@" + fromStep,
            TaskKind.TERM,
            job.turn.nowMs(),
            from,
            count,
            fromStep,
            toStep,
            round);
    Tasks.dispatch(job, task, action(job, task));
  }

  /** Measures steps per second whenever a step is reached that is further than any before. */
  private static void pace(JobDraft job, long step) {
    long nowMs = job.turn.nowMs();
    var t = state(job);
    if (step <= t.paceStep() || nowMs <= t.paceSinceMs()) {
      return;
    }
    double pace = (step - t.paceStep()) * 1000.0 / (nowMs - t.paceSinceMs());
    double known = t.stepsPerSecond();
    job.training = t.withPace(step, nowMs, known > 0 ? Math.min(pace, known * GROWTH_MAX) : pace);
  }

  private static TrainingSpec spec(JobDraft job) {
    return (TrainingSpec) job.spec.work();
  }

  private static TrainingState state(JobDraft job) {
    var known = job.training;
    if (known == null) {
      throw new BrokenInvariant("a training job with terms was prepared");
    }
    return known;
  }
}
