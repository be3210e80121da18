package dev.sluice.coordinator.ledger;

import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Fault;
import dev.sluice.schemas.wire.InferWork;
import dev.sluice.schemas.wire.InferenceSpec;
import dev.sluice.schemas.wire.InferenceState;
import dev.sluice.schemas.wire.Inferred;
import dev.sluice.schemas.wire.JobStatus;
import dev.sluice.schemas.wire.ManifestChunk;
import dev.sluice.schemas.wire.OpenTask;
import dev.sluice.schemas.wire.PrepareWork;
import dev.sluice.schemas.wire.ResultRange;
import dev.sluice.schemas.wire.TaskKind;
import dev.sluice.schemas.wire.TaskWork;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Objects;
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
  void prepare(JobDraft job, long nowMs, Decision decision) {
    job.status = JobStatus.PREPARING;
    var task = Tasks.single("prepare", TaskKind.PREPARE, nowMs);
    Tasks.dispatch(job, task, work(job, task), decision);
  }

  /**
   * Cuts the rows into tasks and dispatches the first of them.
   *
   * @return why the job can't go on, or null
   */
  @Nullable Cause prepared(JobDraft job, long rows, Moment moment, Decision decision) {
    if (rows <= 0) {
      return new Cause(
          Fault.BAD_INPUT,
          "dataset",
          "There are no rows to answer.",
          "The data set, or the part of it that `rows` chooses, is empty.",
          "Check `rows` and `holdout` of the job's data set.");
    }
    int batch = spec(job).batch();
    var s = state(job);
    long least = Math.max(limits.rowsPerTask(), Math.ceilDiv(rows, TASKS_MAX));
    int workers = moment.fleet().workers(job.lane);
    long wished = TaskRows.of(rows, workers, s.model().network(), least, limits.rowsPerTaskMax());
    long perTask = Math.ceilDiv(Math.max(wished, batch), (long) batch) * batch;
    int tasks = (int) Math.ceilDiv(rows, perTask);
    job.status = JobStatus.RUNNING;
    job.inference =
        s.withTasks(rows, (int) Math.min(perTask, Integer.MAX_VALUE), tasks, moment.nowMs());
    issue(job, moment, decision);
    return null;
  }

  /**
   * Adds a task's answers to the manifest.
   *
   * @return whether all rows are answered now
   */
  boolean inferred(
      JobDraft job,
      OpenTask task,
      Inferred report,
      ManifestChunk chunk,
      Moment moment,
      Decision decision) {
    job.open.remove(task);
    var ranges = new ArrayList<>(chunk.ranges());
    ranges.add(report.range());
    ranges.sort(Comparator.comparingLong(ResultRange::rowFrom));
    decision.change(new ManifestChunk(chunk.jobId(), chunk.chunk(), ranges));
    var s = state(job);
    boolean done = s.finished() + 1 == s.tasks();
    job.inference = s.withAnswers(report, moment.nowMs());
    if (!done) {
      issue(job, moment, decision);
    }
    return done;
  }

  static int chunkOf(OpenTask task) {
    return (int) (task.from() / RANGES_PER_CHUNK);
  }

  /** What a task of this job is to do; a later attempt does the same. */
  TaskWork work(JobDraft job, OpenTask task) {
    var s = state(job);
    return switch (task.kind()) {
      case PREPARE -> new PrepareWork(spec(job), s.model());
      case INFER -> {
        long from = task.from() * s.rowsPerTask();
        yield new InferWork(spec(job), s.model(), from, Math.min(from + s.rowsPerTask(), s.rows()));
      }
      case TERM, EXPORT, QUANTISE ->
          throw new IllegalStateException("an inference job has no such task");
    };
  }

  private void issue(JobDraft job, Moment moment, Decision decision) {
    var s = state(job);
    int issued = s.issued();
    while (issued < s.tasks() && job.open.size() < limits.openTasksMax()) {
      var task =
          OpenTask.first("infer-" + issued, TaskKind.INFER, moment.nowMs(), issued, 1, 0, 0, 0)
              .inLane(Placing.laneForTask(job, moment));
      Tasks.dispatch(job, task, work(job, task), decision);
      issued++;
    }
    job.inference = s.withIssued(issued);
  }

  private static InferenceSpec spec(JobDraft job) {
    return (InferenceSpec) job.spec.work();
  }

  private static InferenceState state(JobDraft job) {
    return Objects.requireNonNull(job.inference, "the model was resolved");
  }
}
