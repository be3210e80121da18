package dev.sluice.worker.compute;

import dev.sluice.platform.artifact.ArtifactMissing;
import dev.sluice.schemas.wire.Outcome;
import dev.sluice.schemas.wire.Term;
import dev.sluice.schemas.wire.TermFinished;
import dev.sluice.worker.accelerator.Accelerator;
import dev.sluice.worker.engine.EngineException;
import dev.sluice.worker.fleet.Activity;
import dev.sluice.worker.lease.HeldTask;
import dev.sluice.worker.tasks.TaskProblem;
import dev.sluice.worker.training.TermNotice;
import dev.sluice.worker.work.ExportWork;
import dev.sluice.worker.work.InferWork;
import dev.sluice.worker.work.KnownJobs;
import dev.sluice.worker.work.PrepareWork;
import dev.sluice.worker.work.QuantiseWork;
import dev.sluice.worker.work.TaskWork;
import dev.sluice.worker.work.TermWork;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs the tasks that a worker holds. Terms of training jobs advance step by step, as their
 * parameters come; tasks that wait for nothing run from end to end between two steps. Whoever owns
 * it tells it what has happened, and calls {@link #step} after that, or after a while; all on one
 * thread.
 *
 * <p>One task at a time is asked for, the next while the last one's report is on its way. Where
 * every job that is held waits for other workers, one more is: it may be the very task that they
 * wait for, left behind by a worker that died.
 */
public final class TaskRunner implements AutoCloseable {

  /** Reports on their way, beyond which no further task is taken: a few batches of tiny ones. */
  private static final int REPORTS_MAX = 1_024;

  /**
   * How it behaves.
   *
   * @param accelerator the device that its worker stands for
   * @param stallMs shortest wait that counts as a stall
   * @param lingerMs how long a job's network and data stay after its last term
   * @param exportWaitMs how long an export waits for its parameters
   */
  public record Manner(Accelerator accelerator, long stallMs, long lingerMs, long exportWaitMs) {}

  /**
   * What it works with.
   *
   * @param source asked for tasks
   * @param reports tells the ledger
   * @param exchange takes contributions, and brings parameters
   * @param computation computes
   * @param jobs what the ledger wants, and what is known
   * @param journal told, by any thread, what is worth a line in the log
   * @param clock the time
   * @param settled told, by any thread, when the fate of a task's report is known; leads to {@link
   *     #settled(String)}
   */
  public record Ports(
      TaskSource source,
      TaskReports reports,
      FoldExchange exchange,
      Computation computation,
      KnownJobs jobs,
      Consumer<TaskNote> journal,
      Clock clock,
      Consumer<String> settled) {}

  private final Manner manner;
  private final TaskSource source;
  private final TaskReports reports;
  private final Computation computation;
  private final KnownJobs jobs;
  private final Consumer<TaskNote> journal;
  private final Clock clock;
  private final Map<String, HeldTask> held = new LinkedHashMap<>();
  private final Map<String, TaskWork> works = new HashMap<>();

  /** Those that are computed, and whose answers are on their way. */
  private final Set<String> storing = new HashSet<>();

  private final Exports exports;
  private final TaskTimes times = new TaskTimes();
  private final Sessions sessions;
  private final Reporting reporting;

  /** Tiny tasks that were computed in this step, and how long each took in microseconds. */
  private final Map<String, Long> computed = new LinkedHashMap<>();

  private long seen;
  private long finished;
  private volatile Activity activity = Activity.NONE;

  /**
   * @param manner how to behave
   * @param ports what to work with; the computation is closed with this
   */
  public TaskRunner(Manner manner, Ports ports) {
    this.manner = manner;
    source = ports.source();
    reports = ports.reports();
    computation = ports.computation();
    jobs = ports.jobs();
    journal = ports.journal();
    clock = ports.clock();
    sessions = new Sessions(ports.exchange(), computation, manner.stallMs(), manner.lingerMs());
    exports = new Exports(ports.exchange(), computation, manner.exportWaitMs());
    reporting = new Reporting(reports, source, journal, ports.settled());
  }

  /** What this worker is doing. Safe for any thread. */
  public Activity activity() {
    return activity;
  }

  /**
   * Does what is due.
   *
   * @return whether anything was computed, so that more may be due
   */
  public boolean step() {
    computed.forEach(source::ended);
    computed.clear();
    dropVoidTasks();
    boolean moved = advanceSessions();
    moved |= exports.look(clock.nowMs(), new ExportEnds());
    sessions.closeIdle(clock.nowMs());
    source.want(wantsAnother(), seen);
    activity = now();
    return moved;
  }

  /** Ends every term where it is; other workers get the rest. */
  public void endTerms() {
    for (var session : sessions.all()) {
      try {
        session.endTerms(clock.nowMs()).forEach(notice -> say(session, notice));
      } catch (TaskProblem e) {
        journal.accept(new TaskNote.NotStored(session.jobId(), e.getMessage()));
      }
    }
  }

  /** Number of tasks held. */
  public int holding() {
    return held.size();
  }

  /** Whether no answer and no report is on its way to the brokers. */
  public boolean nothingUnderWay() {
    return reporting.isEmpty() && storing.isEmpty();
  }

  // ---- what happens to tasks

  /** A task is held and is to be run. */
  public void arrived(HeldTask task) {
    seen++;
    begin(task);
  }

  /** The broker has given a task to others. */
  public void lost(String key) {
    var task = held.get(key);
    forget(key);
    if (task != null) {
      source.dropped(task.task());
    }
  }

  /**
   * What a task has answered is stored, so that it has ended; or could not be.
   *
   * @param outcome how it ended; null: it has failed
   * @param failure why it has failed; null: it has not
   */
  public void stored(String key, @Nullable Outcome outcome, @Nullable Throwable failure) {
    var task = held.get(key);
    if (!storing.remove(key) || task == null) {
      return; // it was lost meanwhile
    }
    if (outcome != null) {
      report(task, outcome);
    } else {
      fail(
          task,
          failure == null
              ? new IllegalStateException("a task has ended without outcome")
              : failure);
    }
  }

  /** A task's report is stored, or has failed. */
  public void settled(String key) {
    reporting.settled(key);
    works.remove(key);
    if (held.remove(key) != null) {
      finished++;
    }
  }

  private boolean wantsAnother() {
    long open =
        held.keySet().stream()
            .filter(key -> !storing.contains(key) && !reporting.isUnderWay(key))
            .count();
    if (open == 0) {
      return held.size() < REPORTS_MAX;
    }
    long nowMs = clock.nowMs();
    return !source.suspicion()
        && exports.allWait(nowMs, manner.stallMs())
        && sessions.allStalled(nowMs)
        && open == exports.size() + sessions.terms();
  }

  // ---- tasks, from taking to settling

  private void begin(HeldTask task) {
    replaceCopy(task);
    held.put(task.key(), task);
    times.began(task.key(), clock.nanos());
    if (!task.tiny()) {
      journal.accept(new TaskNote.Begins(task));
    }
    if (jobs.isVoid(task.task())) {
      settleVoid(task);
      return;
    }
    var known = jobs.work(task.task());
    if (known.isEmpty()) {
      // Its job has ended since the intake looked, and the task will be void.
      source.giveBack(task.key());
      forget(task.key());
      return;
    }
    var toDo = known.get();
    works.put(task.key(), toDo);
    // Some tasks take long, and whoever looks at this worker meanwhile must not take it for idle.
    if (!activity.jobs().contains(task.task().jobId())) {
      activity = now();
    }
    attempt(
        task,
        () -> {
          requireCapable(toDo);
          switch (toDo) {
            case PrepareWork _, InferWork _, QuantiseWork _ -> runWhole(task, toDo);
            case TermWork work -> sessions.hold(task, work, clock);
            case ExportWork work -> exports.hold(task, work, clock.nowMs());
          }
        });
  }

  private void requireCapable(TaskWork work) throws TaskProblem {
    var objection = manner.accelerator().objection(work);
    if (objection.isPresent()) {
      throw new TaskProblem(objection.get(), false);
    }
  }

  /**
   * A second copy of a task that is held, of the same attempt or another, takes the place of the
   * first: the broker may have given up on that one, and copies must not fill the places that other
   * tasks need.
   */
  private void replaceCopy(HeldTask task) {
    if (nothingWaits()) {
      return;
    }
    for (var other : List.copyOf(held.values())) {
      boolean waiting = sessions.holds(other.key()) || exports.holds(other.key());
      if (waiting && task.isCopyOf(other)) {
        journal.accept(new TaskNote.CameAgain(task.task()));
        source.done(other.key());
        forget(other.key());
      }
    }
  }

  private boolean nothingWaits() {
    return exports.size() == 0 && sessions.terms() == 0;
  }

  /** Something that a task comes to. */
  private interface Attempt {
    void run() throws TaskProblem, EngineException, ArtifactMissing;
  }

  private void attempt(HeldTask task, Attempt attempt) {
    try {
      attempt.run();
    } catch (TaskProblem
        | EngineException
        | ArtifactMissing
        | RuntimeException
        | OutOfMemoryError
        | StackOverflowError e) {
      fail(task, e);
    }
  }

  private void fail(HeldTask task, Throwable why) {
    if (why instanceof RuntimeException || why instanceof Error) {
      journal.accept(new TaskNote.Broke(task.task(), why));
    }
    end(task, computation.failure(task.task().taskId(), why));
  }

  /** The next task is computed while what this one has answered is on its way to the brokers. */
  private void runWhole(HeldTask task, TaskWork toDo)
      throws TaskProblem, EngineException, ArtifactMissing {
    computation.run(task, toDo);
    computed(task);
    storing.add(task.key());
  }

  private void computed(HeldTask task) {
    long micros = TimeUnit.NANOSECONDS.toMicros(times.since(task.key(), clock.nanos()));
    if (task.tiny()) {
      computed.putIfAbsent(task.key(), micros); // told of together: there are hundreds
    } else {
      source.ended(task.key(), micros);
    }
  }

  private void end(HeldTask task, Outcome outcome) {
    computed(task);
    report(task, outcome);
  }

  private void report(HeldTask task, Outcome outcome) {
    times.ended(task.key(), outcome, clock.nanos());
    reporting.ended(task, outcome);
  }

  private void dropVoidTasks() {
    if (nothingWaits()) {
      return;
    }
    for (var task : List.copyOf(held.values())) {
      boolean running = sessions.holds(task.key()) || exports.holds(task.key());
      if (running && jobs.isVoid(task.task())) {
        settleVoid(task);
      }
    }
  }

  private void settleVoid(HeldTask task) {
    journal.accept(new TaskNote.Dropped(task.task()));
    source.done(task.key());
    forget(task.key());
  }

  private void forget(String key) {
    held.remove(key);
    works.remove(key);
    storing.remove(key);
    times.forget(key);
    sessions.drop(key, clock.nowMs());
    exports.drop(key);
  }

  // ---- terms

  private boolean advanceSessions() {
    boolean moved = false;
    boolean suspicion = source.suspicion();
    for (var session : sessions.all()) {
      try {
        moved |= session.advance(clock);
        for (var notice : session.notices(clock.nowMs())) {
          say(session, notice);
        }
        if (suspicion && session.waitsForOthers(clock.nowMs())) {
          // The others' terms may wait behind these, or nobody takes them beside a suspect.
          session.endTerms(clock.nowMs()).forEach(notice -> say(session, notice));
        }
      } catch (TaskProblem
          | EngineException
          | RuntimeException
          | OutOfMemoryError
          | StackOverflowError e) {
        failAll(session, e);
      }
    }
    return moved;
  }

  private void say(TrainingSession session, TermNotice notice) {
    switch (notice) {
      case TermNotice.NearlyDone(long round, long step) ->
          reports.nearlyDone(session.jobId(), round, step);
      case TermNotice.Ended(
              String key,
              long reached,
              long steps,
              long samples,
              long computeNanos) -> {
        var task = held.get(key);
        if (task != null && works.get(key) instanceof TermWork work) {
          long computeMs = TimeUnit.NANOSECONDS.toMillis(computeNanos);
          var modelled = manner.accelerator().training(work, samples, steps);
          end(task, new TermFinished(reached, steps, samples, computeMs, modelled));
        }
      }
    }
  }

  private void failAll(TrainingSession session, Throwable why) {
    for (var task : List.copyOf(held.values())) {
      boolean ofIts =
          task.task().jobId().equals(session.jobId()) && task.task().action() instanceof Term;
      if (ofIts && !reporting.isUnderWay(task.key())) {
        fail(task, why);
      }
    }
    sessions.close(session);
  }

  /** Exports whose parameters have come. */
  private final class ExportEnds implements Exports.Listener {

    @Override
    public void ready(PendingExport one) {
      attempt(one.held(), () -> end(one.held(), exports.export(one)));
    }

    @Override
    public void overdue(PendingExport one, TaskProblem problem) {
      fail(one.held(), problem);
    }
  }

  private Activity now() {
    var working = held.values().stream().map(task -> task.task().jobId()).distinct().toList();
    long samples = sessions.samples() + computation.answered();
    return new Activity(held.size(), working, finished, samples, times.meanSeconds());
  }

  /** Stops: tasks that are not done go back to the queue. */
  @Override
  public void close() {
    held.keySet().forEach(source::giveBack);
    exports.close();
    sessions.close();
    computation.close();
  }
}
