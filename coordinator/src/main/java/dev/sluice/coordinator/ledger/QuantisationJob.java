package dev.sluice.coordinator.ledger;

import dev.sluice.schemas.wire.JobStatus;
import dev.sluice.schemas.wire.OpenTask;
import dev.sluice.schemas.wire.Quantise;
import dev.sluice.schemas.wire.TaskAction;
import dev.sluice.schemas.wire.TaskKind;

/** A quantisation job: resolve the model, one task that makes the new version, register. */
final class QuantisationJob {

  private QuantisationJob() {}

  static void quantise(JobDraft job) {
    job.status = JobStatus.EXPORTING;
    var task = Tasks.single(job, "quantise", TaskKind.QUANTISE);
    Tasks.dispatch(job, task, action(task));
  }

  /** What a task of this job is to do; a later attempt does the same. */
  static TaskAction action(OpenTask task) {
    return switch (task.kind()) {
      case QUANTISE -> new Quantise();
      case PREPARE, TERM, EXPORT, INFER ->
          throw new BrokenInvariant("a quantisation job has no " + task.kind() + " task");
    };
  }
}
