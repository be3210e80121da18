package dev.sluice.coordinator.ledger;

import dev.sluice.schemas.wire.JobStatus;
import dev.sluice.schemas.wire.ModelVersion;
import dev.sluice.schemas.wire.OpenTask;
import dev.sluice.schemas.wire.QuantisationSpec;
import dev.sluice.schemas.wire.QuantiseWork;
import dev.sluice.schemas.wire.TaskKind;
import dev.sluice.schemas.wire.TaskWork;
import java.util.Objects;

/** A quantisation job: resolve the model, one task that makes the new version, register. */
final class QuantisationJob {

  private QuantisationJob() {}

  static void quantise(JobDraft job, long nowMs, Decision decision) {
    job.status = JobStatus.EXPORTING;
    var source = source(job);
    ModelNames.askForRoom(job, register(job, source), source.network(), decision);
    var task = Tasks.single("quantise", TaskKind.QUANTISE, nowMs);
    Tasks.dispatch(job, task, work(job, task), decision);
  }

  /** What a task of this job is to do; a later attempt does the same. */
  static TaskWork work(JobDraft job, OpenTask task) {
    return switch (task.kind()) {
      case QUANTISE -> new QuantiseWork(spec(job), source(job));
      case PREPARE, TERM, EXPORT, INFER ->
          throw new IllegalStateException("a quantisation job has no " + task.kind() + " task");
    };
  }

  /** Name under which the new version is registered. */
  static String register(JobDraft job, ModelVersion made) {
    var name = spec(job).register();
    return name == null ? made.name() : name;
  }

  private static ModelVersion source(JobDraft job) {
    return Objects.requireNonNull(job.source, "the model was resolved");
  }

  private static QuantisationSpec spec(JobDraft job) {
    return (QuantisationSpec) job.spec.work();
  }
}
