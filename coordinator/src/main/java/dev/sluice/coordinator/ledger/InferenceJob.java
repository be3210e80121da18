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
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;
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

  /** A task that comes back within this time may have left a worker without a next one. */
  private static final long SOON_MS = 500;

  /** A task that has waited for so long is in the way of other jobs' tasks. */
  private static final long LATE_MS = 2 * SOON_MS;

  /** Short tasks are open in so many times the number of others. */
  static final int OPEN_TIMES_MAX = 32;

  /** They are part of a state, which is written with each decision. */
  static final int OPEN_MAX = 2_048;

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
    issue(job, limits.openTasksMax());
    return null;
  }

  /**
   * A task whose rows were answered.
   *
   * @param task as it was open
   * @param report what came out
   */
  record Answered(OpenTask task, Inferred report) {}

  /**
   * Adds the answers of tasks to the manifest, and dispatches others.
   *
   * @return whether all rows are answered now
   */
  boolean answered(JobDraft job, List<Answered> tasks) {
    int room = room(job, tasks);
    var ids = tasks.stream().map(one -> one.task().taskId()).collect(Collectors.toSet());
    job.open.removeIf(task -> ids.contains(task.taskId()));
    var chunks = new TreeMap<Integer, List<Inferred>>();
    for (var one : tasks) {
      chunks.computeIfAbsent(chunkOf(one.task()), chunk -> new ArrayList<>()).add(one.report());
      job.inference = state(job).withAnswers(one.report(), job.turn.nowMs());
      job.turn
          .decision()
          .begun(
              new LaneQueue(Tasks.lane(job, one.task()), Tasks.engine(job), job.spec.priority()),
              one.task().issuedMs());
    }
    chunks.forEach((chunk, reports) -> addToManifest(job, chunk, reports));
    var s = state(job);
    if (s.finished() == s.tasks()) {
      return true;
    }
    issue(job, room);
    return false;
  }

  private static void addToManifest(JobDraft job, int number, List<Inferred> reports) {
    var chunk = job.turn.state().chunk(job.jobId, number);
    var ranges = new ArrayList<>(chunk.ranges());
    var measured = chunk.measured();
    for (var report : reports) {
      ranges.add(report.range());
      measured = measured.plus(report.measured());
    }
    ranges.sort(Comparator.comparingLong(ResultRange::rowFrom));
    job.turn.decision().change(new ManifestChunk(chunk.jobId(), number, ranges, measured));
  }

  /**
   * How many tasks may be open from now on. Where tasks come back soon, workers may wait for the
   * next ones: there is one more for each such task, and one less for each that has waited for
   * long, as those of other jobs would wait behind it.
   */
  private int room(JobDraft job, List<Answered> answered) {
    long nowMs = job.turn.nowMs();
    long more = answered.stream().filter(one -> nowMs - one.task().issuedMs() < SOON_MS).count();
    long less = answered.stream().filter(one -> nowMs - one.task().issuedMs() >= LATE_MS).count();
    int least = limits.openTasksMax();
    int most = Math.max(least, Math.min(OPEN_MAX, OPEN_TIMES_MAX * least));
    return Math.clamp(job.open.size() + more - less, least, most);
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

  private void issue(JobDraft job, int openMax) {
    var s = state(job);
    int issued = s.issued();
    var lanes = new Placing.NextLanes(job);
    while (issued < s.tasks() && job.open.size() < openMax) {
      var task =
          OpenTask.first("infer-" + issued, TaskKind.INFER, job.turn.nowMs(), issued, 1, 0, 0, 0)
              .inLane(lanes.next());
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
