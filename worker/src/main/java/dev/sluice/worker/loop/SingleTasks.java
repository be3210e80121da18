package dev.sluice.worker.loop;

import dev.sluice.platform.artifact.ArtifactMissing;
import dev.sluice.schemas.wire.Outcome;
import dev.sluice.schemas.wire.Task;
import dev.sluice.worker.engine.EngineException;
import dev.sluice.worker.tasks.Datasets;
import dev.sluice.worker.tasks.InferTask;
import dev.sluice.worker.tasks.Models;
import dev.sluice.worker.tasks.PrepareTask;
import dev.sluice.worker.tasks.QuantiseTask;
import dev.sluice.worker.tasks.TaskProblem;
import dev.sluice.worker.work.ExportWork;
import dev.sluice.worker.work.InferWork;
import dev.sluice.worker.work.PrepareWork;
import dev.sluice.worker.work.QuantiseWork;
import dev.sluice.worker.work.TaskWork;
import dev.sluice.worker.work.TermWork;
import java.util.concurrent.CompletableFuture;

/**
 * Tasks that wait for nothing, and so run from end to end: preparing, answering rows, quantising.
 */
final class SingleTasks implements AutoCloseable {

  private final Models models;
  private final PrepareTask prepare;
  private final InferTask infer;
  private final QuantiseTask quantise;
  private long answered;

  SingleTasks(ComputeLoop.Manner manner, Tools tools, Datasets datasets) {
    var engines = tools.engines();
    models =
        new Models(
            tools.files(),
            engines.training(),
            engines.inference(),
            tools.trials(),
            manner.cacheBytes());
    prepare = new PrepareTask(datasets, tools.files(), engines.training());
    infer = new InferTask(datasets, models, tools.results(), manner.accelerator(), manner.worker());
    quantise =
        new QuantiseTask(datasets, tools.files(), engines.inference(), engines.fingerprint());
  }

  /**
   * Runs one.
   *
   * @return how it ended, once what it has answered is stored
   * @throws IllegalArgumentException where it is of another kind
   */
  CompletableFuture<? extends Outcome> run(Task task, TaskWork toDo)
      throws TaskProblem, EngineException, ArtifactMissing {
    return switch (toDo) {
      case PrepareWork work -> completed(prepare.run(work));
      case InferWork work -> {
        var inferred = infer.run(task, work);
        answered += work.rowTo() - work.rowFrom();
        yield inferred;
      }
      case QuantiseWork work -> completed(quantise.run(task.jobId(), work));
      case TermWork _, ExportWork _ ->
          throw new IllegalArgumentException("Task " + task.taskId() + " has to wait");
    };
  }

  private static CompletableFuture<Outcome> completed(Outcome outcome) {
    return CompletableFuture.completedFuture(outcome);
  }

  /** Rows that were answered so far. */
  long answered() {
    return answered;
  }

  @Override
  public void close() {
    models.close();
  }
}
