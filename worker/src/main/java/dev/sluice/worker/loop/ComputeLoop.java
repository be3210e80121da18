package dev.sluice.worker.loop;

import dev.sluice.schemas.artifact.ArtifactMissing;
import dev.sluice.schemas.wire.ExportWork;
import dev.sluice.schemas.wire.InferWork;
import dev.sluice.schemas.wire.Outcome;
import dev.sluice.schemas.wire.PrepareWork;
import dev.sluice.schemas.wire.QuantiseWork;
import dev.sluice.schemas.wire.Task;
import dev.sluice.schemas.wire.TermFinished;
import dev.sluice.schemas.wire.TermWork;
import dev.sluice.worker.accelerator.Accelerator;
import dev.sluice.worker.engine.EngineException;
import dev.sluice.worker.fleet.Activity;
import dev.sluice.worker.queue.HeldTask;
import dev.sluice.worker.queue.TaskQueue;
import dev.sluice.worker.tasks.Datasets;
import dev.sluice.worker.tasks.TaskProblem;
import dev.sluice.worker.training.TermNotice;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread that computes. Terms of training jobs advance step by step, as their parameters come;
 * {@link SingleTasks single tasks} run from end to end between two steps.
 *
 * <p>One task at a time is asked for. Where every job that is held waits for other workers, one
 * more is: it may be the very task that they wait for, left behind by a worker that died.
 *
 * <p>A task that has come to two workers before may have killed them. It runs alone, so that what
 * dies with this worker, if it does, is not blamed for it: see {@link Suspects}.
 */
public final class ComputeLoop {

  private static final Logger LOG = LoggerFactory.getLogger(ComputeLoop.class);

  /** How often waiting is judged; everything else rings. */
  private static final long LOOK_MS = 25;

  /** A report that is not stored by then is not waited for: the brokers are away. */
  private static final long REPORTED_MS_MAX = 3_000;

  /**
   * How the loop behaves.
   *
   * @param worker worker id
   * @param accelerator the device that it stands for
   * @param stallMs shortest wait that counts as a stall
   * @param lingerMs how long a job's network and data stay after its last term
   * @param exportWaitMs how long an export waits for its parameters
   * @param cacheBytes most bytes of data sets and of models to keep, each
   */
  public record Manner(
      String worker,
      Accelerator accelerator,
      long stallMs,
      long lingerMs,
      long exportWaitMs,
      long cacheBytes) {}

  private final Manner manner;
  private final Tools tools;
  private final TaskQueue queue;
  private final Inbox inbox;
  private final Doorbell bell;
  private final Clock clock = Clock.MONOTONIC;
  private final Map<String, HeldTask> held = new LinkedHashMap<>();
  private final Suspects suspects = new Suspects();
  private final Exports exports;
  private final TaskTimes times = new TaskTimes();
  private final Sessions sessions;
  private final SingleTasks single;
  private final Reporting reporting;
  private long seen;
  private long finished;
  private volatile Activity activity = Activity.NONE;
  private volatile boolean leaving;

  /**
   * @param manner how to behave
   * @param tools what to work with
   * @param queue asked for tasks
   * @param inbox where these arrive
   * @param bell rung by whoever has news for this loop
   */
  public ComputeLoop(Manner manner, Tools tools, TaskQueue queue, Inbox inbox, Doorbell bell) {
    this.manner = manner;
    this.tools = tools;
    this.queue = queue;
    this.inbox = inbox;
    this.bell = bell;
    var datasets = new Datasets(tools.files(), manner.cacheBytes());
    sessions = new Sessions(tools, datasets, manner.stallMs(), manner.lingerMs());
    exports = new Exports(tools, datasets, manner.exportWaitMs());
    single = new SingleTasks(manner, tools, datasets);
    reporting = new Reporting(tools.reports(), queue, inbox);
  }

  /** What this worker is doing. */
  public Activity activity() {
    return activity;
  }

  /**
   * Ends the loop after what it is computing now. Terms end where they are, and other tasks that
   * are not done go back to the queue.
   */
  public void leave() {
    leaving = true;
    bell.ring();
  }

  /** Computes until {@link #leave}. */
  public void run() throws InterruptedException {
    try {
      while (!leaving) {
        takeMessages();
        suspects.next(held.values()).ifPresent(this::begin);
        dropVoidTasks();
        boolean moved = advanceSessions();
        moved |= exports.look(clock.nowMs(), new ExportEnds());
        sessions.closeIdle(clock.nowMs());
        queue.want(wantsAnother(), seen);
        activity = now();
        if (!moved && inbox.isEmpty()) {
          bell.await(LOOK_MS);
        }
      }
      // What has arrived was reported as begun: it is done here, and not begun by another again.
      takeMessages();
      endTerms();
      awaitReports();
    } finally {
      held.keySet().forEach(queue::giveBack);
      suspects.keys().forEach(queue::giveBack);
      exports.close();
      sessions.close();
      single.close();
    }
  }

  private void endTerms() {
    for (var session : sessions.all()) {
      try {
        session.endTerms(clock.nowMs()).forEach(notice -> say(session, notice));
      } catch (TaskProblem e) {
        LOG.warn("Terms of job {} go back to the queue: {}", session.jobId(), e.getMessage());
      }
    }
  }

  /** A task whose report is on its way would run again if it went back now. */
  private void awaitReports() throws InterruptedException {
    long untilMs = clock.nowMs() + REPORTED_MS_MAX;
    takeMessages();
    while (!reporting.isEmpty() && clock.nowMs() < untilMs) {
      bell.await(LOOK_MS);
      takeMessages();
    }
  }

  private void takeMessages() {
    for (var message = inbox.take(); message.isPresent(); message = inbox.take()) {
      switch (message.get()) {
        case Inbox.Message.Arrived(var task) -> arrived(task);
        case Inbox.Message.Lost(var key) -> lost(key);
        case Inbox.Message.Settled(var key) -> settled(key);
      }
    }
  }

  private void arrived(HeldTask task) {
    seen++;
    if (held.values().stream().anyMatch(task::isCopyOf) || !suspects.keeps(task, held.values())) {
      begin(task);
    } else {
      LOG.info("Task {} waits until nothing else is held.", task.key());
    }
  }

  private void lost(String key) {
    var task = suspects.forget(key).or(() -> Optional.ofNullable(held.get(key)));
    forget(key);
    task.map(HeldTask::task).ifPresent(queue::dropped);
  }

  private boolean wantsAnother() {
    long nowMs = clock.nowMs();
    boolean waiting = exports.allWait(nowMs, manner.stallMs());
    if (suspects.any(held.values())) {
      return false;
    }
    return held.isEmpty()
        || (waiting
            && sessions.allStalled(nowMs)
            && held.size() == exports.size() + sessions.terms());
  }

  // ---- tasks, from taking to settling

  private void begin(HeldTask task) {
    replaceCopy(task);
    held.put(task.key(), task);
    times.began(task.key(), System.nanoTime());
    LOG.info(
        "Task {} of job {} begins, delivery {}: {}",
        task.task().taskId(),
        task.task().jobId(),
        task.delivery(),
        TaskWords.of(task.task().work()));
    if (tools.controls().isVoid(task.task())) {
      settleVoid(task);
      return;
    }
    // Some tasks take long, and whoever looks at this worker meanwhile must not take it for idle.
    activity = now();
    attempt(
        task,
        () -> {
          requireCapable(task.task());
          switch (task.task().work()) {
            case PrepareWork _, InferWork _, QuantiseWork _ -> end(task, single.run(task.task()));
            case TermWork work -> sessions.hold(task, work, clock);
            case ExportWork work -> exports.await(task, work, clock.nowMs());
          }
        });
  }

  private void requireCapable(Task task) throws TaskProblem {
    var objection = manner.accelerator().objection(task.work());
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
    for (var other : List.copyOf(held.values())) {
      boolean waiting = sessions.holds(other.key()) || exports.holds(other.key());
      if (waiting && task.isCopyOf(other)) {
        LOG.info("Task {} of job {} came again.", task.task().taskId(), task.task().jobId());
        queue.accept(other.key());
        forget(other.key());
      }
    }
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
      LOG.warn("Task {} of job {} failed.", task.task().taskId(), task.task().jobId(), why);
    }
    end(task, TaskProblem.outcome("task " + task.task().taskId(), why));
  }

  private void end(HeldTask task, Outcome outcome) {
    times.ended(task.key(), outcome, System.nanoTime());
    reporting.ended(task, outcome);
  }

  private void settled(String key) {
    reporting.settled(key);
    if (held.remove(key) != null) {
      finished++;
    }
  }

  private void dropVoidTasks() {
    for (var task : List.copyOf(held.values())) {
      boolean running = sessions.holds(task.key()) || exports.holds(task.key());
      if (running && tools.controls().isVoid(task.task())) {
        settleVoid(task);
      }
    }
  }

  private void settleVoid(HeldTask task) {
    LOG.info("Task {} of job {} is void: dropped.", task.task().taskId(), task.task().jobId());
    queue.accept(task.key());
    forget(task.key());
  }

  private void forget(String key) {
    held.remove(key);
    times.forget(key);
    sessions.drop(key, clock.nowMs());
    exports.drop(key);
  }

  // ---- terms

  private boolean advanceSessions() {
    boolean moved = false;
    boolean suspicion = suspects.any(held.values());
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
          tools.reports().nearlyDone(session.jobId(), round, step);
      case TermNotice.Ended(
              String key,
              long reached,
              long steps,
              long samples,
              long computeNanos) -> {
        var task = held.get(key);
        if (task != null && task.task().work() instanceof TermWork work) {
          long computeMs = TimeUnit.NANOSECONDS.toMillis(computeNanos);
          var modelled = manner.accelerator().training(work, samples, steps);
          end(task, new TermFinished(reached, steps, samples, computeMs, modelled));
        }
      }
    }
  }

  private void failAll(TrainingSession session, Throwable why) {
    for (var task : List.copyOf(held.values())) {
      if (task.task().jobId().equals(session.jobId()) && task.task().work() instanceof TermWork) {
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
    var jobs = held.values().stream().map(task -> task.task().jobId()).distinct().toList();
    return new Activity(
        held.size(), jobs, finished, sessions.samples() + single.answered(), times.meanSeconds());
  }
}
