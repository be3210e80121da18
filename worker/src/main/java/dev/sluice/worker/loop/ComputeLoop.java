package dev.sluice.worker.loop;

import dev.sluice.worker.accelerator.Accelerator;
import dev.sluice.worker.compute.TaskRunner;
import dev.sluice.worker.fleet.Activity;
import dev.sluice.worker.queue.TaskQueue;
import dev.sluice.worker.tasks.Datasets;
import java.util.concurrent.TimeUnit;

/** The thread that computes: a {@link TaskRunner}, and what wakes it. */
public final class ComputeLoop {

  /** How often waiting is judged; everything else rings. */
  private static final long LOOK_MS = 25;

  private static final long TAKE_MS_MAX = 500;

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

  private final TaskRunner runner;
  private final Inbox inbox;
  private final Doorbell bell;
  private volatile boolean leaving;

  /**
   * @param manner how to behave
   * @param tools what to work with
   * @param queue asked for tasks
   * @param inbox where these arrive
   * @param bell rung by whoever has news for this loop
   */
  public ComputeLoop(Manner manner, Tools tools, TaskQueue queue, Inbox inbox, Doorbell bell) {
    this.inbox = inbox;
    this.bell = bell;
    var datasets = new Datasets(tools.files(), manner.cacheBytes());
    var computation =
        new EngineComputation(tools, datasets, new SingleTasks(manner, tools, datasets), inbox);
    runner =
        new TaskRunner(
            new TaskRunner.Manner(
                manner.accelerator(), manner.stallMs(), manner.lingerMs(), manner.exportWaitMs()),
            new TaskRunner.Ports(
                queue,
                tools.reports(),
                tools.exchange(),
                computation,
                tools.jobs(),
                TaskNotes::log,
                System::nanoTime,
                inbox::settled));
  }

  /** What this worker is doing. */
  public Activity activity() {
    return runner.activity();
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
    try (runner) {
      while (!leaving) {
        takeMessages();
        boolean moved = runner.step();
        if (!moved && inbox.isEmpty()) {
          bell.await(LOOK_MS);
        }
      }
      // What has arrived was reported as begun: it is done here, and not begun by another again.
      while (!inbox.isEmpty()) {
        takeMessages();
      }
      runner.endTerms();
      awaitReports();
    }
  }

  /** A task whose report is on its way would run again if it went back now. */
  private void awaitReports() throws InterruptedException {
    long untilMs = nowMs() + REPORTED_MS_MAX;
    takeMessages();
    while (!runner.nothingUnderWay() && nowMs() < untilMs) {
      bell.await(LOOK_MS);
      takeMessages();
    }
  }

  /** Tasks are run as they are taken; for hundreds of them nothing else must wait too long. */
  private void takeMessages() {
    long untilMs = nowMs() + TAKE_MS_MAX;
    for (var message = inbox.take(); message.isPresent(); message = inbox.take()) {
      switch (message.get()) {
        case Inbox.Message.Arrived(var task) -> runner.arrived(task);
        case Inbox.Message.Lost(var key) -> runner.lost(key);
        case Inbox.Message.Ended(var key, var outcome, var failure) ->
            runner.stored(key, outcome, failure);
        case Inbox.Message.Settled(var key) -> runner.settled(key);
      }
      if (nowMs() >= untilMs) {
        return;
      }
    }
  }

  private static long nowMs() {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
  }
}
