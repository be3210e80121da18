package dev.sluice.worker.loop;

import dev.sluice.platform.artifact.ArtifactMissing;
import dev.sluice.schemas.wire.LayerStack;
import dev.sluice.schemas.wire.Outcome;
import dev.sluice.schemas.wire.TaskFailed;
import dev.sluice.schemas.wire.TorchScript;
import dev.sluice.worker.compute.Computation;
import dev.sluice.worker.compute.ShardGradients;
import dev.sluice.worker.engine.EngineException;
import dev.sluice.worker.lease.HeldTask;
import dev.sluice.worker.tasks.Datasets;
import dev.sluice.worker.tasks.ExportTask;
import dev.sluice.worker.tasks.Failures;
import dev.sluice.worker.tasks.TaskProblem;
import dev.sluice.worker.work.ExportWork;
import dev.sluice.worker.work.TaskWork;
import dev.sluice.worker.work.TermWork;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** Tasks by way of PyTorch and ONNX Runtime. */
final class EngineComputation implements Computation {

  private final Tools tools;
  private final Datasets datasets;
  private final SingleTasks single;
  private final ExportTask export;
  private final Inbox inbox;

  /**
   * @param inbox told how tasks ended that wait for nothing
   */
  EngineComputation(Tools tools, Datasets datasets, SingleTasks single, Inbox inbox) {
    this.tools = tools;
    this.datasets = datasets;
    this.single = single;
    this.inbox = inbox;
    var engines = tools.engines();
    export =
        new ExportTask(
            datasets,
            tools.files(),
            engines.training(),
            engines.inference(),
            engines.fingerprint());
  }

  @Override
  public void run(HeldTask task, TaskWork work)
      throws TaskProblem, EngineException, ArtifactMissing {
    var _ =
        single
            .run(task.task(), work)
            .whenComplete((ended, failure) -> inbox.ended(task.key(), ended, reason(failure)));
  }

  private static @Nullable Throwable reason(@Nullable Throwable failure) {
    return failure instanceof CompletionException ? failure.getCause() : failure;
  }

  @Override
  public ShardGradients open(String jobId, TermWork work)
      throws TaskProblem, EngineException, ArtifactMissing {
    var facts = work.prepared().network();
    var dataset = datasets.forTraining(work.spec().dataset());
    var script =
        switch (facts.network()) {
          case LayerStack stack -> null;
          case TorchScript given -> tools.files().get(given.artifact());
        };
    return new GroupGradient(work, dataset, tools.engines().training().open(facts, script));
  }

  @Override
  public Outcome export(String jobId, ExportWork work, MemorySegment flat)
      throws TaskProblem, EngineException, ArtifactMissing {
    return export.run(jobId, work, flat);
  }

  @Override
  public TaskFailed failure(String taskId, Throwable why) {
    return Failures.outcome("task " + taskId, why);
  }

  @Override
  public long answered() {
    return single.answered();
  }

  @Override
  public void close() {
    single.close();
  }
}
