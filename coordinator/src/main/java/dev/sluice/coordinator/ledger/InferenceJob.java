package dev.sluice.coordinator.ledger;

import dev.sluice.jobs.state.InferenceState;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.Infer;
import dev.sluice.schemas.wire.InferenceSpec;
import dev.sluice.schemas.wire.Inferred;
import dev.sluice.schemas.wire.JobStatus;
import dev.sluice.schemas.wire.ManifestChunk;
import dev.sluice.schemas.wire.OpenTask;
import dev.sluice.schemas.wire.Prepare;
import dev.sluice.schemas.wire.ResultRange;
import dev.sluice.schemas.wire.TaskAction;
import dev.sluice.schemas.wire.TaskKind;
import java.util.ArrayList;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * An inference job: resolve the model, read the data set, answer its rows in tasks. The manifest
 * holds for every task the range of results that the first report named; later reports of the same
 * task change nothing, so each row is answered once.
 */
final class InferenceJob {

  /** Ranges in a chunk of the manifest: about 15 KB a record. */
  static final int RANGES_PER_CHUNK = 64;

  /** Most tasks of one job; beyond that, tasks grow. */
  private static final long TASKS_MAX = 100_000;

  private final LedgerLimits limits;

  InferenceJob(LedgerLimits limits) {
    this.limits = limits;
  }

  /** Has a worker look at the rows. */
  void beginPreparing(JobDraft job) {
    job.status = JobStatus.PREPARING;
    var task = Tasks.single(job, "prepare", TaskKind.PREPARE);
    Tasks.dispatch(job, task, action(job, task));
  }

  /**
   * Cuts the rows into tasks and dispatches the first of them.
   *
   * @return why the job can't go on, or null
   */
  @Nullable Cause start(JobDraft job, long rows) {
    if (rows <= 0) {
      return new Cause(
          Code.NO_ROWS,
          "dataset",
          "There are no rows to answer.",
          "The data set, or the part of it that `rows` chooses, is empty.",
          "Check `rows` and `holdout` of the job's data set.");
    }
    int batch = spec(job).batchExpected();
    var s = state(job);
    long least = Math.max(limits.rowsPerTask(), Math.ceilDiv(rows, TASKS_MAX));
    int workers = job.turn.fleet().workers(job.lane);
    long wished = TaskRows.of(rows, workers, s.model().network(), least, limits.rowsPerTaskMax());
    long perTask = Math.ceilDiv(Math.max(wished, batch), (long) batch) * batch;
    int tasks = (int) Math.ceilDiv(rows, perTask);
    job.status = JobStatus.RUNNING;
    job.inference =
        s.withTasks(rows, (int) Math.min(perTask, Integer.MAX_VALUE), tasks, job.turn.nowMs());
    issue(job);
    return null;
  }

  /**
   * Adds a task's answers to the manifest.
   *
   * @return whether all rows are answered now
   */
  boolean inferred(JobDraft job, OpenTask task, Inferred report) {
    job.open.remove(task);
    var chunk = job.turn.state().chunk(job.jobId, chunkOf(task));
    var ranges = new ArrayList<>(chunk.ranges());
    ranges.add(report.range());
    ranges.sort(Comparator.comparingLong(ResultRange::rowFrom));
    job.turn
        .decision()
        .change(
            new ManifestChunk(
                chunk.jobId(), chunk.chunk(), ranges, chunk.measured().plus(report.measured())));
    var s = state(job);
    boolean done = s.finished() + 1 == s.tasks();
    job.inference = s.withAnswers(report, job.turn.nowMs());
    if (!done) {
      issue(job);
    }
    return done;
  }

  private static int chunkOf(OpenTask task) {
    return (int) (task.from() / RANGES_PER_CHUNK);
  }

  /** What a task of this job is to do; a later attempt does the same. */
  TaskAction action(JobDraft job, OpenTask task) {
    return switch (task.kind()) {
      case PREPARE -> new Prepare();
      case INFER -> rows(state(job), task);
      case TERM, EXPORT, QUANTISE ->
          throw new BrokenInvariant("an inference job has no " + task.kind() + " task");
    };
  }

  /** The rows that a task is to answer. */
  static Infer rows(InferenceState s, OpenTask task) {
    long from = task.from() * s.rowsPerTask();
    return new Infer(from, Math.min(from + s.rowsPerTask(), s.rows()));
  }

  private void issue(JobDraft job) {
    var s = state(job);
    int issued = s.issued();
    while (issued < s.tasks() && job.open.size() < limits.openTasksMax()) {
      var task =
          OpenTask.first("infer-" + issued, TaskKind.INFER, job.turn.nowMs(), issued, 1, 0, 0, 0)
              .inLane(Placing.laneForTask(job));
      Tasks.dispatch(job, task, action(job, task));
      issued++;
    }
    job.inference = s.withIssued(issued);
  }

  private static InferenceSpec spec(JobDraft job) {
    return (InferenceSpec) job.spec.work();
  }

  private static InferenceState state(JobDraft job) {
    var known = job.inference;
    if (known == null) {
      throw new BrokenInvariant("an inference job with tasks knows its model");
    }
    return known;
  }
}
